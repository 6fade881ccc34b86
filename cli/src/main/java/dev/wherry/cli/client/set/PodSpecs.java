package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Where an object keeps the spec of its pods (kubectl pkg/polymorphichelpers, updatepodspec). */
final class PodSpecs {
  private static final String TEMPLATE = "/spec/template/spec";
  private static final Map<String, String> PLACES =
      Map.of(
          "Pod", "/spec",
          "ReplicationController", TEMPLATE,
          "Deployment", TEMPLATE,
          "DaemonSet", TEMPLATE,
          "ReplicaSet", TEMPLATE,
          "StatefulSet", TEMPLATE,
          "Job", TEMPLATE,
          "CronJob", "/spec/jobTemplate/spec/template/spec");

  private PodSpecs() {}

  /**
   * The spec inside the object itself.
   *
   * @throws ClientException when the kind has no pods
   */
  static ObjectNode of(ObjectNode object) {
    String kind = object.path("kind").asText("");
    String place = PLACES.get(kind);
    if (place == null) {
      throw ClientException.verbatim(
          "the object is not a pod or does not have a pod template: *v1." + kind);
    }
    return object.withObject(place);
  }

  /** Containers, then init containers, whose name fits a pattern with stars. */
  static List<ObjectNode> containers(ObjectNode spec, String pattern) {
    Pattern form = Pattern.compile(Pattern.quote(pattern).replace("*", "\\E.*\\Q"));
    List<ObjectNode> fitting = new ArrayList<>();
    for (String field : List.of("containers", "initContainers")) {
      for (JsonNode one : spec.path(field)) {
        if (one instanceof ObjectNode container
            && form.matcher(container.path("name").asText()).matches()) {
          fitting.add(container);
        }
      }
    }
    return fitting;
  }
}

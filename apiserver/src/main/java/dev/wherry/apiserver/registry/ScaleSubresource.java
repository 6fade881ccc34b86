package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.LabelSelectors;
import dev.wherry.model.json.Json;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;

/** {@code scale}: an autoscaling/v1 Scale as a view on an object's replicas. */
public final class ScaleSubresource {
  private ScaleSubresource() {}

  /**
   * Names on the way to what a Scale shows.
   *
   * @param selector to a text, or to a label selector; empty for none
   */
  public record Paths(
      List<String> specReplicas, List<String> statusReplicas, List<String> selector) {
    public static final Paths BUILT_IN =
        new Paths(
            List.of("spec", "replicas"),
            List.of("status", "replicas"),
            List.of("spec", "selector"));
  }

  private static JsonNode at(JsonNode object, List<String> path) {
    JsonNode node = object;
    for (String name : path) {
      node = node.path(name);
    }
    return node;
  }

  public static ObjectNode of(ObjectNode object, Paths paths) {
    ObjectNode scale = Json.object();
    scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
    JsonNode from = object.path("metadata");
    ObjectNode metadata = scale.putObject("metadata");
    for (String field :
        List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
      if (from.has(field)) {
        metadata.set(field, from.get(field));
      }
    }
    ObjectNode spec = scale.putObject("spec");
    int replicas = at(object, paths.specReplicas()).asInt();
    if (replicas != 0) {
      spec.put("replicas", replicas);
    }
    ObjectNode status = scale.putObject("status");
    status.put("replicas", at(object, paths.statusReplicas()).asInt());
    JsonNode found = paths.selector().isEmpty() ? Json.object() : at(object, paths.selector());
    String selector = found.isTextual() ? found.textValue() : selector(found);
    if (!selector.isEmpty()) {
      status.put("selector", selector);
    }
    return scale;
  }

  private static String selector(JsonNode selector) {
    if (selector.has("matchLabels") || selector.has("matchExpressions")) {
      return Labels.of(Optional.of(LabelSelectors.read(selector))).toString();
    }
    StringBuilder text = new StringBuilder();
    selector
        .fields()
        .forEachRemaining(f ->
            text.append(text.isEmpty() ? "" : ",")
                .append(f.getKey())
                .append('=')
                .append(f.getValue().asText()));
    return text.toString();
  }

  /** The object with the replicas that the Scale asks for, and its precondition. */
  public static ObjectNode apply(
      WriteRequest request, ObjectNode object, JsonNode scale, Paths paths) {
    JsonNode replicas = scale.path("spec").path("replicas");
    if (replicas.asLong() < 0) {
      throw ApiException.invalid(
          new dev.wherry.model.kind.KindInfo("autoscaling", "v1", "Scale", "scale", true),
          request.name(),
          List.of(
              ApiException.Cause.invalid(
                  "spec.replicas", replicas.asLong(), "must be greater than or equal to 0")));
    }
    ObjectNode owner = object;
    for (String name : paths.specReplicas().subList(0, paths.specReplicas().size() - 1)) {
      owner = owner.get(name) instanceof ObjectNode inner ? inner : owner.putObject(name);
    }
    owner.put(paths.specReplicas().getLast(), replicas.asInt());
    String version = scale.path("metadata").path("resourceVersion").asText();
    if (!version.isEmpty()) {
      object.withObject("/metadata").put("resourceVersion", version);
    } else {
      object.withObject("/metadata").remove("resourceVersion");
    }
    return object;
  }
}

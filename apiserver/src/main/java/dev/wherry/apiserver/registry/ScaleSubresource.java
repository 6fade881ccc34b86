package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;

/** {@code scale}: an autoscaling/v1 Scale as a view on an object's replicas. */
public final class ScaleSubresource {
  private ScaleSubresource() {}

  public static ObjectNode of(ObjectNode object) {
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
    int replicas = object.path("spec").path("replicas").asInt();
    if (replicas != 0) {
      spec.put("replicas", replicas);
    }
    ObjectNode status = scale.putObject("status");
    status.put("replicas", object.path("status").path("replicas").asInt());
    String selector = selector(object.path("spec").path("selector"));
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
  public static ObjectNode apply(WriteRequest request, ObjectNode object, JsonNode scale) {
    JsonNode replicas = scale.path("spec").path("replicas");
    if (replicas.asLong() < 0) {
      throw ApiException.invalid(
          new dev.wherry.model.kind.KindInfo("autoscaling", "v1", "Scale", "scale", true),
          request.name(),
          List.of(
              new ApiException.Cause(
                  "FieldValueInvalid",
                  "Invalid value: " + replicas.asLong() + ": must be greater than or equal to 0",
                  "spec.replicas")));
    }
    object.withObject("/spec").put("replicas", replicas.asInt());
    String version = scale.path("metadata").path("resourceVersion").asText();
    if (!version.isEmpty()) {
      object.withObject("/metadata").put("resourceVersion", version);
    } else {
      object.withObject("/metadata").remove("resourceVersion");
    }
    return object;
  }
}

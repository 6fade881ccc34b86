package dev.wherry.cli.client.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.print.GoJson;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.util.Optional;

/** The annotation in which kubectl apply keeps the manifest it applied last. */
public final class LastApplied {
  /** The annotation's key. */
  public static final String KEY = "kubectl.kubernetes.io/last-applied-configuration";

  private LastApplied() {}

  /** A copy of a manifest that carries itself in the annotation. */
  public static ObjectNode annotated(ObjectNode manifest) {
    ObjectNode copy = manifest.deepCopy();
    ObjectNode annotations = annotations(copy);
    annotations.remove(KEY);
    String text = GoJson.compact(copy) + "\n";
    annotations.put(KEY, text);
    return copy;
  }

  /** A copy without it, which keeps the annotations of others: it has some, if only none. */
  public static ObjectNode plain(ObjectNode manifest) {
    ObjectNode copy = manifest.deepCopy();
    annotations(copy).remove(KEY);
    return copy;
  }

  private static ObjectNode annotations(ObjectNode object) {
    ObjectNode metadata =
        object.get("metadata") instanceof ObjectNode present
            ? present
            : object.putObject("metadata");
    return metadata.get("annotations") instanceof ObjectNode present
        ? present
        : metadata.putObject("annotations");
  }

  /** The manifest that was applied last; none if the object was never applied. */
  public static Optional<ObjectNode> of(JsonNode live) {
    String text = live.path("metadata").path("annotations").path(KEY).asText("");
    try {
      return !text.isEmpty() && Json.parse(text) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }
}

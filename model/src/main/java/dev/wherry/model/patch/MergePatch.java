package dev.wherry.model.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * JSON Merge Patch, RFC 7386: objects merge by field, null removes a field, everything else
 * replaces.
 */
public final class MergePatch {
  private MergePatch() {}

  /**
   * Applies {@code patch} to {@code target} and returns the result; neither argument changes.
   *
   * @throws PatchException MALFORMED when the patch is no JSON object (an API object cannot become
   *     a scalar or list)
   */
  public static ObjectNode apply(ObjectNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode object)) {
      throw PatchException.malformed(
          "a merge patch must be a JSON object, got " + patch.getNodeType());
    }
    return merge(target.deepCopy(), object);
  }

  /** Merges into {@code target}, which the caller owns. */
  private static ObjectNode merge(ObjectNode target, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (value.isNull()) {
        target.remove(name);
      } else if (value instanceof ObjectNode object) {
        ObjectNode base =
            target.get(name) instanceof ObjectNode existing
                ? existing
                : JsonNodeFactory.instance.objectNode();
        target.set(name, merge(base, object));
      } else {
        target.set(name, value.deepCopy());
      }
    }
    return target;
  }
}

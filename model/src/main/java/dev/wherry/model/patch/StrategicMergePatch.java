package dev.wherry.model.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' strategic merge patch: a merge patch that knows which lists are sets or maps, with
 * the directives {@code $patch}, {@code $retainKeys}, {@code $deleteFromPrimitiveList/f} and {@code
 * $setElementOrder/f}.
 *
 * <p>Source of the rules: sig-api-machinery's strategic-merge-patch.md and "preserve order in
 * strategic merge patch" of the community repository, and apimachinery's strategicpatch package.
 */
public final class StrategicMergePatch {
  static final String PATCH = "$patch";
  static final String RETAIN_KEYS = "$retainKeys";
  static final String DELETE_FROM_PRIMITIVE_LIST = "$deleteFromPrimitiveList/";
  static final String SET_ELEMENT_ORDER = "$setElementOrder/";

  private StrategicMergePatch() {}

  /**
   * Applies {@code patch} to {@code target} by the rules of the target's type and returns the
   * result; neither argument changes.
   *
   * @throws PatchException MALFORMED for a wrong directive, DOES_NOT_APPLY for a missing merge key
   *     or a list of lists
   */
  public static ObjectNode apply(ObjectNode target, JsonNode patch, MergeRules rules) {
    if (!(patch instanceof ObjectNode object)) {
      throw PatchException.malformed(
          "a strategic merge patch must be a JSON object, got " + patch.getNodeType());
    }
    return mergeObject(target.deepCopy(), object.deepCopy(), rules);
  }

  /** Merges {@code patch} into {@code target}; both belong to the caller and are used up. */
  static ObjectNode mergeObject(ObjectNode target, ObjectNode patch, MergeRules rules) {
    JsonNode directive = patch.remove(PATCH);
    if (directive != null) {
      return switch (directive.asText()) {
        case "replace" -> (ObjectNode) Directives.strip(patch);
        case "delete" -> JsonNodeFactory.instance.objectNode();
        default ->
            throw PatchException.malformed(
                "unknown patch type '%s' found in map %s".formatted(directive.asText(), patch));
      };
    }
    retainKeys(target, patch);
    orderedLists(target, patch, rules);
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      String name = field.getKey();
      if (name.startsWith(DELETE_FROM_PRIMITIVE_LIST)) {
        deleteFromPrimitiveList(
            target, name.substring(DELETE_FROM_PRIMITIVE_LIST.length()), field.getValue());
      } else if (field.getValue().isNull()) {
        target.remove(name);
      } else {
        put(target, name, mergeField(target.get(name), field.getValue(), rules.field(name)));
      }
    }
    return target;
  }

  private static JsonNode mergeField(@Nullable JsonNode old, JsonNode value, MergeRules.Rule rule) {
    if (old instanceof ObjectNode target && value instanceof ObjectNode patch && !rule.replaces()) {
      return mergeObject(target, patch, rule.nested());
    }
    if (old instanceof ArrayNode target && value instanceof ArrayNode patch && rule.merges()) {
      return ListMerge.merge(target, patch, rule);
    }
    // What says how to change something that is not there is nothing.
    return value.has(PATCH) ? MissingNode.getInstance() : Directives.strip(value);
  }

  private static void put(ObjectNode target, String name, JsonNode value) {
    if (value.isMissingNode()) {
      target.remove(name);
    } else {
      target.set(name, value);
    }
  }

  private static void retainKeys(ObjectNode target, ObjectNode patch) {
    JsonNode keys = patch.remove(RETAIN_KEYS);
    if (keys == null) {
      return;
    }
    if (!keys.isArray()) {
      throw PatchException.malformed("invalid patch format of retainKeys");
    }
    Set<String> retained = new HashSet<>();
    keys.forEach(key -> retained.add(key.asText()));
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      String name = field.getKey();
      if (!field.getValue().isNull() && !name.startsWith("$") && !retained.contains(name)) {
        throw PatchException.malformed("invalid patch format of retainKeys");
      }
    }
    target.retain(retained);
  }

  private static void deleteFromPrimitiveList(ObjectNode target, String field, JsonNode values) {
    if (!(values instanceof ArrayNode unwanted)) {
      throw PatchException.malformed("invalid patch format of primitive list");
    }
    if (target.get(field) instanceof ArrayNode list) {
      list.removeIf(value -> ListMerge.containsScalar(unwanted, value));
    }
  }

  /**
   * Merges every list that the patch orders and takes both the list and its directive out of the
   * patch.
   */
  private static void orderedLists(ObjectNode target, ObjectNode patch, MergeRules rules) {
    for (String directive : patch.properties().stream().map(Map.Entry::getKey).toList()) {
      if (!directive.startsWith(SET_ELEMENT_ORDER)) {
        continue;
      }
      String name = directive.substring(SET_ELEMENT_ORDER.length());
      if (!(patch.remove(directive) instanceof ArrayNode order)) {
        throw PatchException.malformed("invalid patch format of setElementOrder list");
      }
      MergeRules.Rule rule = rules.field(name);
      JsonNode deletion = patch.remove(DELETE_FROM_PRIMITIVE_LIST + name);
      if (deletion != null) {
        deleteFromPrimitiveList(target, name, deletion);
      }
      JsonNode change = patch.path(name);
      if (change.isNull()) {
        continue;
      }
      patch.remove(name);
      JsonNode old = target.path(name);
      if (!change.isArray() && !old.isArray()) {
        continue;
      }
      target.set(name, ListMerge.mergeOrdered(old, change, order, rule));
    }
  }
}

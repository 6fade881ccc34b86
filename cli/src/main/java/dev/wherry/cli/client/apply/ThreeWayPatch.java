package dev.wherry.cli.client.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.patch.MergeRules;
import java.util.Map;

/**
 * The patch that brings a live object to a manifest: what differs is set, what the manifest applied
 * last had and the new one has not is deleted, everything else stays (apimachinery strategicpatch,
 * CreateThreeWayMergePatch). With {@link MergeRules#NONE} the patch is a JSON merge patch.
 */
public final class ThreeWayPatch {
  private static final String RETAIN_KEYS = "$retainKeys";

  private ThreeWayPatch() {}

  /** The patch; empty when there is nothing to do. */
  public static ObjectNode of(
      JsonNode original, ObjectNode modified, JsonNode current, MergeRules rules) {
    ObjectNode patch = Json.object();
    for (Map.Entry<String, JsonNode> field : modified.properties()) {
      String name = field.getKey();
      JsonNode live = current.get(name);
      if (live == null) {
        patch.set(name, field.getValue());
      } else {
        field(patch, name, original.path(name), field.getValue(), live, rules.field(name));
      }
    }
    for (Map.Entry<String, JsonNode> field : original.properties()) {
      if (!modified.has(field.getKey()) && current.has(field.getKey())) {
        patch.set(field.getKey(), NullNode.getInstance());
      }
    }
    return patch;
  }

  private static void field(
      ObjectNode patch,
      String name,
      JsonNode original,
      JsonNode modified,
      JsonNode current,
      MergeRules.Rule rule) {
    boolean replaces = rule.strategies().contains(MergeRules.Strategy.REPLACE);
    if (modified instanceof ObjectNode wanted && current.isObject() && !replaces) {
      ObjectNode change = of(original, wanted, current, rule.nested());
      if (!change.isEmpty()) {
        retain(change, wanted, rule);
        patch.set(name, change);
      }
    } else if (modified instanceof ArrayNode wanted
        && current instanceof ArrayNode live
        && rule.strategies().contains(MergeRules.Strategy.MERGE)) {
      ListPatch.add(patch, name, original, wanted, live, rule);
    } else if (!sameValue(modified, current)) {
      patch.set(name, modified);
    }
  }

  /** Tells the server to drop what is beside the manifest's keys, where the type says so. */
  static void retain(ObjectNode change, ObjectNode wanted, MergeRules.Rule rule) {
    if (rule.strategies().contains(MergeRules.Strategy.RETAIN_KEYS)) {
      ArrayNode keys = change.putArray(RETAIN_KEYS);
      wanted.properties().stream()
          .filter(e -> !e.getValue().isNull())
          .map(Map.Entry::getKey)
          .sorted()
          .forEach(keys::add);
    }
  }

  /** Equal, numbers by value. */
  static boolean sameValue(JsonNode left, JsonNode right) {
    return left.equals(
        (a, b) ->
            a.isNumber() && b.isNumber()
                ? a.decimalValue().compareTo(b.decimalValue())
                : a.equals(b) ? 0 : 1,
        right);
  }
}

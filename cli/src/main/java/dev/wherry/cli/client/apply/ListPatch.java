package dev.wherry.cli.client.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.patch.MergeRules;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of a strategic merge patch for one list that merges: elements to set and to delete, and
 * the order of the manifest ({@code $setElementOrder}).
 */
final class ListPatch {
  private static final String ORDER = "$setElementOrder/";
  private static final String DELETE_SCALARS = "$deleteFromPrimitiveList/";

  private ListPatch() {}

  static void add(
      ObjectNode patch,
      String name,
      JsonNode original,
      ArrayNode modified,
      ArrayNode current,
      MergeRules.Rule rule) {
    boolean keyed = !rule.mergeKey().isEmpty();
    boolean changed =
        keyed
            ? objects(patch, name, original, modified, current, rule)
            : scalars(patch, name, original, modified, current);
    if (changed || !sameOrder(modified, current, rule.mergeKey())) {
      patch.set(ORDER + name, order(modified, rule.mergeKey()));
    }
  }

  private static boolean scalars(
      ObjectNode patch, String name, JsonNode original, ArrayNode modified, ArrayNode current) {
    ArrayNode added = Json.array();
    for (JsonNode value : modified) {
      if (!contains(current, value)) {
        added.add(value);
      }
    }
    ArrayNode deleted = Json.array();
    for (JsonNode value : original) {
      if (!contains(modified, value) && contains(current, value)) {
        deleted.add(value);
      }
    }
    if (!deleted.isEmpty()) {
      patch.set(DELETE_SCALARS + name, deleted);
    }
    if (!added.isEmpty()) {
      patch.set(name, added);
    }
    return !added.isEmpty() || !deleted.isEmpty();
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode item : list) {
      if (ThreeWayPatch.sameValue(item, value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean objects(
      ObjectNode patch,
      String name,
      JsonNode original,
      ArrayNode modified,
      ArrayNode current,
      MergeRules.Rule rule) {
    String key = rule.mergeKey();
    ArrayNode changes = Json.array();
    for (JsonNode wanted : modified) {
      JsonNode live = find(current, key, wanted);
      if (live.isMissingNode() || !(wanted instanceof ObjectNode object)) {
        changes.add(wanted);
        continue;
      }
      ObjectNode change =
          ThreeWayPatch.of(find(original, key, wanted), object, live, rule.nested());
      if (!change.isEmpty()) {
        ThreeWayPatch.retain(change, object, rule);
        change.set(key, wanted.path(key));
        changes.add(change);
      }
    }
    for (JsonNode before : original) {
      if (find(modified, key, before).isMissingNode()
          && !find(current, key, before).isMissingNode()) {
        changes.addObject().put("$patch", "delete").set(key, before.path(key));
      }
    }
    if (!changes.isEmpty()) {
      patch.set(name, changes);
    }
    return !changes.isEmpty();
  }

  private static JsonNode find(JsonNode list, String key, JsonNode like) {
    for (JsonNode item : list) {
      if (ThreeWayPatch.sameValue(item.path(key), like.path(key))) {
        return item;
      }
    }
    return Json.object().path(key);
  }

  /**
   * Whether the live list has the manifest's elements, these alone, and in its order. As upstream:
   * elements that others added make a patch of the order alone.
   */
  private static boolean sameOrder(ArrayNode modified, ArrayNode current, String key) {
    List<JsonNode> live = new ArrayList<>();
    for (JsonNode item : current) {
      live.add(key.isEmpty() ? item : item.path(key));
    }
    List<JsonNode> wanted = new ArrayList<>();
    modified.forEach(item -> wanted.add(key.isEmpty() ? item : item.path(key)));
    return live.equals(wanted);
  }

  private static ArrayNode order(ArrayNode modified, String key) {
    ArrayNode order = Json.array();
    for (JsonNode item : modified) {
      if (key.isEmpty()) {
        order.add(item);
      } else {
        order.addObject().set(key, item.path(key));
      }
    }
    return order;
  }
}

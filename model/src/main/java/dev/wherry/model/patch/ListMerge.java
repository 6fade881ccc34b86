package dev.wherry.model.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Merging of two lists by a merge key, or as sets of scalars, and the order of the result. */
final class ListMerge {
  private static final int ABSENT = -1;

  private ListMerge() {}

  static boolean containsScalar(ArrayNode list, JsonNode value) {
    for (JsonNode element : list) {
      if (JsonEquality.same(element, value)) {
        return true;
      }
    }
    return false;
  }

  /** Merges {@code patch} into {@code target}; the patch's own order decides among its elements. */
  static ArrayNode merge(ArrayNode target, ArrayNode patch, MergeRules.Rule rule) {
    Keys keys = Keys.of(rule, target, patch);
    List<JsonNode> server = elements(target);
    Changes changes = Changes.of(server, patch, keys);
    return changes.replace()
        ? toArray(changes.kept())
        : order(combine(changes, keys, rule), changes.additions(), server, keys);
  }

  /** Merges as {@link #merge}, then puts the elements that {@code order} names into that order. */
  static ArrayNode mergeOrdered(
      JsonNode old, JsonNode change, ArrayNode order, MergeRules.Rule rule) {
    ArrayNode target =
        old instanceof ArrayNode array ? array : JsonNodeFactory.instance.arrayNode();
    ArrayNode patch =
        change instanceof ArrayNode array ? array : JsonNodeFactory.instance.arrayNode();
    Keys keys = Keys.of(rule, target, patch);
    requireSameOrder(patch, order, keys);
    List<JsonNode> server = elements(target);
    List<JsonNode> merged;
    if (!old.isArray()) {
      merged = elements((ArrayNode) Directives.strip(patch));
    } else if (!rule.merges()) {
      merged = change.isArray() ? elements((ArrayNode) Directives.strip(patch)) : server;
    } else {
      Changes changes = Changes.of(server, patch, keys);
      merged = changes.replace() ? changes.kept() : combine(changes, keys, rule);
    }
    return order(merged, elements(order), server, keys);
  }

  private static List<JsonNode> combine(Changes changes, Keys keys, MergeRules.Rule rule) {
    List<JsonNode> merged = new ArrayList<>(changes.kept());
    for (JsonNode addition : changes.additions()) {
      int at = keys.indexIn(merged, addition);
      if (at == ABSENT) {
        merged.add(Directives.strip(addition));
      } else if (merged.get(at) instanceof ObjectNode target
          && addition instanceof ObjectNode patch) {
        merged.set(at, StrategicMergePatch.mergeObject(target, patch, rule.nested()));
      }
    }
    return merged;
  }

  /** What a patch list does to a list: which elements stay before the additions merge in. */
  private record Changes(List<JsonNode> kept, List<JsonNode> additions, boolean replace) {
    static Changes of(List<JsonNode> server, ArrayNode patch, Keys keys) {
      List<JsonNode> kept = new ArrayList<>(server);
      List<JsonNode> additions = new ArrayList<>();
      boolean replace = false;
      for (JsonNode element : patch) {
        JsonNode directive = element.get(StrategicMergePatch.PATCH);
        if (directive == null) {
          keys.require(element);
          additions.add(element);
          continue;
        }
        switch (directive.asText()) {
          case "delete" -> {
            keys.require(element);
            kept.removeIf(existing -> keys.same(existing, element));
          }
          case "replace" -> replace = true;
          case "merge" ->
              throw PatchException.malformed("merging lists cannot yet be specified in the patch");
          default ->
              throw PatchException.malformed(
                  "unknown patch type '%s' found in list element %s"
                      .formatted(directive.asText(), element));
        }
      }
      return replace
          ? new Changes(additions.stream().map(Directives::strip).toList(), List.of(), true)
          : new Changes(kept, additions, false);
    }
  }

  /** How two elements are recognised as the same: by a merge key, or by their scalar value. */
  private record Keys(String mergeKey) {
    static Keys of(MergeRules.Rule rule, ArrayNode a, ArrayNode b) {
      boolean objects = false;
      boolean scalars = false;
      for (ArrayNode list : List.of(a, b)) {
        for (JsonNode element : list) {
          if (element.isArray()) {
            throw PatchException.doesNotApply("lists of lists are not supported");
          }
          objects |= element.isObject();
          scalars |= !element.isObject();
        }
      }
      if (objects && scalars) {
        throw PatchException.malformed(
            "list element types are not identical: objects and scalars in one list");
      }
      if (objects && rule.mergeKey().isEmpty() && rule.merges()) {
        throw PatchException.doesNotApply("cannot merge lists without merge key");
      }
      return new Keys(rule.mergeKey());
    }

    void require(JsonNode element) {
      if (element.isObject() && !mergeKey.isEmpty() && !element.has(mergeKey)) {
        throw PatchException.doesNotApply(
            "map: %s does not contain declared merge key: %s".formatted(element, mergeKey));
      }
    }

    boolean same(JsonNode a, JsonNode b) {
      if (a.isObject() && b.isObject() && !mergeKey.isEmpty()) {
        JsonNode left = a.get(mergeKey);
        JsonNode right = b.get(mergeKey);
        return left != null && right != null && JsonEquality.same(left, right);
      }
      return JsonEquality.same(a, b);
    }

    int indexIn(List<JsonNode> list, JsonNode element) {
      for (int i = 0; i < list.size(); i++) {
        if (same(list.get(i), element)) {
          return i;
        }
      }
      return ABSENT;
    }
  }

  private static void requireSameOrder(ArrayNode patch, ArrayNode order, Keys keys) {
    List<JsonNode> orderList = elements(order);
    int last = ABSENT;
    for (JsonNode element : patch) {
      if (element.has(StrategicMergePatch.PATCH)) {
        continue;
      }
      int at = keys.indexIn(orderList, element);
      if (at <= last) {
        throw PatchException.malformed(
            "The order in patch list: %s doesn't match $setElementOrder list: %s"
                .formatted(patch, order));
      }
      last = at;
    }
  }

  /**
   * Elements the patch names come in the patch's order, the server's own keep the server's order,
   * and a server element goes before a patched one only where the server had both in that order.
   */
  private static ArrayNode order(
      List<JsonNode> merged, List<JsonNode> patchOrder, List<JsonNode> server, Keys keys) {
    List<JsonNode> patched = new ArrayList<>();
    List<JsonNode> serverOnly = new ArrayList<>();
    for (JsonNode element : merged) {
      (keys.indexIn(patchOrder, element) == ABSENT ? serverOnly : patched).add(element);
    }
    patched.sort(Comparator.comparingInt(e -> keys.indexIn(patchOrder, e)));
    serverOnly.sort(Comparator.comparingInt(e -> keys.indexIn(server, e)));
    ArrayNode result = JsonNodeFactory.instance.arrayNode(merged.size());
    int i = 0;
    int j = 0;
    while (i < serverOnly.size() || j < patched.size()) {
      if (j >= patched.size()
          || (i < serverOnly.size() && precedes(serverOnly.get(i), patched.get(j), server, keys))) {
        result.add(serverOnly.get(i++));
      } else {
        result.add(patched.get(j++));
      }
    }
    return result;
  }

  private static boolean precedes(JsonNode left, JsonNode right, List<JsonNode> server, Keys keys) {
    int l = keys.indexIn(server, left);
    int r = keys.indexIn(server, right);
    return l != ABSENT && r != ABSENT && l < r;
  }

  private static List<JsonNode> elements(ArrayNode array) {
    List<JsonNode> list = new ArrayList<>(array.size());
    array.forEach(list::add);
    return list;
  }

  private static ArrayNode toArray(List<JsonNode> list) {
    return JsonNodeFactory.instance.arrayNode(list.size()).addAll(list);
  }
}

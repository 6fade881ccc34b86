package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Merges a partly described object into a whole one: nothing is removed, the second's leaves win,
 * and where both have elements of a list their order is the second's (structured-merge-diff typed).
 */
public final class Merge {
  private static final JsonNode ABSENT = MissingNode.getInstance();

  private Merge() {}

  /**
   * A new tree, which may share values with both.
   *
   * @throws MergeException when elements of a list cannot be told apart
   */
  public static JsonNode of(MergeType type, JsonNode whole, JsonNode part) {
    if (part.isMissingNode()) {
      return visit(type.form(whole), type, whole, part);
    }
    return visit(type.form(part), type, whole, part);
  }

  private static JsonNode visit(
      MergeType.Form form, MergeType type, JsonNode whole, JsonNode part) {
    boolean empty = whole.isEmpty() && part.isEmpty();
    return switch (form) {
      case LIST ->
          type.isAtomicList() || empty
              ? second(whole, part)
              : lists(type, whole.isArray() ? whole : ABSENT, part.isArray() ? part : ABSENT);
      case MAP ->
          type.isAtomicMap() || empty
              ? second(whole, part)
              : maps(type, whole.isObject() ? whole : ABSENT, part.isObject() ? part : ABSENT);
      case SCALAR, INVALID -> second(whole, part);
    };
  }

  private static JsonNode second(JsonNode whole, JsonNode part) {
    return part.isMissingNode() ? whole : part;
  }

  private static JsonNode maps(MergeType type, JsonNode whole, JsonNode part) {
    ObjectNode out = Json.object();
    for (Map.Entry<String, JsonNode> field : whole.properties()) {
      String name = field.getKey();
      put(out, name, of(type.field(name), field.getValue(), part.path(name)));
    }
    for (Map.Entry<String, JsonNode> field : part.properties()) {
      if (!whole.has(field.getKey())) {
        put(out, field.getKey(), of(type.field(field.getKey()), ABSENT, field.getValue()));
      }
    }
    return out.isEmpty() ? ABSENT : out;
  }

  private static void put(ObjectNode into, String name, JsonNode value) {
    if (!value.isMissingNode()) {
      into.set(name, value);
    }
  }

  private static JsonNode lists(MergeType type, JsonNode whole, JsonNode part) {
    ArrayNode merged = new Lists(type, whole, part).merge();
    return merged.isEmpty() ? ABSENT : merged;
  }

  /** Two lists side by side. */
  private static final class Lists {
    private final MergeType item;
    private final List<JsonNode> left = new ArrayList<>();
    private final List<PathElement> leftElements = new ArrayList<>();
    private final List<PathElement> rightElements = new ArrayList<>();

    /** Elements of the first; doubled ones are missing here and stay as they are. */
    private final Map<PathElement, JsonNode> leftByElement = new HashMap<>();

    private final Map<PathElement, JsonNode> rightByElement = new HashMap<>();
    private final Set<PathElement> done = new HashSet<>();

    /** What both have, in the second's order. */
    private final Deque<PathElement> shared = new ArrayDeque<>();

    private final ArrayNode out = Json.array();

    Lists(MergeType type, JsonNode whole, JsonNode part) {
      item = type.item();
      for (JsonNode value : whole) {
        PathElement element = ListKeys.of(type, value);
        left.add(value);
        leftElements.add(element);
        leftByElement.merge(element, value, (a, b) -> ABSENT);
      }
      for (JsonNode value : part) {
        PathElement element = ListKeys.of(type, value);
        if (rightByElement.putIfAbsent(element, value) != null) {
          throw new MergeException("duplicate entries for key " + element);
        }
        rightElements.add(element);
        if (leftByElement.containsKey(element)) {
          shared.add(element);
        }
      }
    }

    ArrayNode merge() {
      int l = 0;
      int r = 0;
      while (l < left.size() || r < rightElements.size()) {
        if (l < left.size() && r < rightElements.size()) {
          PathElement element = leftElements.get(l);
          if (element.equals(rightElements.get(r))) {
            both(element);
            shared.poll();
            l++;
            r++;
            continue;
          }
          boolean later = !shared.isEmpty() && !element.equals(shared.peek());
          if (rightByElement.containsKey(element) && later) {
            l++;
            continue;
          }
        }
        if (l < left.size()) {
          PathElement element = leftElements.get(l);
          if (!rightByElement.containsKey(element)) {
            add(of(item, left.get(l++), ABSENT));
            continue;
          }
          l += done.contains(element) ? 1 : 0;
        }
        if (r < rightElements.size()) {
          PathElement element = rightElements.get(r++);
          both(element);
          if (element.equals(shared.peek())) {
            shared.poll();
          }
        }
      }
      return out;
    }

    private void both(PathElement element) {
      done.add(element);
      add(
          of(
              item,
              leftByElement.getOrDefault(element, ABSENT),
              rightByElement.getOrDefault(element, ABSENT)));
    }

    private void add(JsonNode value) {
      if (!value.isMissingNode()) {
        out.add(value);
      }
    }
  }
}

package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Reading of API objects as trees, with Go's zero value for what is absent. */
final class Fields {
  static final String NONE = "<none>";
  static final String UNSET = "<unset>";
  static final String UNKNOWN = "<unknown>";

  private Fields() {}

  static JsonNode get(JsonNode object, String... path) {
    JsonNode node = object;
    for (String segment : path) {
      node = node.path(segment);
    }
    return node;
  }

  static String text(JsonNode object, String... path) {
    JsonNode node = get(object, path);
    return node.isNull() ? "" : node.asText();
  }

  static String textOr(String otherwise, JsonNode object, String... path) {
    String text = text(object, path);
    return text.isEmpty() ? otherwise : text;
  }

  static long number(JsonNode object, String... path) {
    return get(object, path).asLong();
  }

  static boolean present(JsonNode object, String... path) {
    JsonNode node = get(object, path);
    return !node.isMissingNode() && !node.isNull();
  }

  static String name(JsonNode object) {
    return text(object, "metadata", "name");
  }

  static boolean deleting(JsonNode object) {
    return present(object, "metadata", "deletionTimestamp");
  }

  /** Texts of a list's elements, joined by commas. */
  static String join(JsonNode list, Function<JsonNode, String> text) {
    List<String> parts = new ArrayList<>();
    list.forEach(element -> parts.add(text.apply(element)));
    return String.join(",", parts);
  }

  /** The first {@code max} of {@code all}, and how many more there are; {@code empty} when none. */
  static String firstOf(List<String> all, int max, String empty) {
    if (all.isEmpty()) {
      return empty;
    }
    String shown = String.join(",", all.subList(0, Math.min(max, all.size())));
    return all.size() > max ? shown + " + " + (all.size() - max) + " more..." : shown;
  }

  /** {@code a=1,b=2} sorted by key, or {@code <none>}. */
  static String labels(JsonNode map) {
    if (map.isEmpty()) {
      return NONE;
    }
    Map<String, String> sorted = new TreeMap<>();
    map.properties().forEach(e -> sorted.put(e.getKey(), e.getValue().asText()));
    List<String> parts = new ArrayList<>();
    sorted.forEach((k, v) -> parts.add(k + "=" + v));
    return String.join(",", parts);
  }

  /** A label selector object as its one-line text, or {@code <none>}. */
  static String selectorOrNone(JsonNode selector) {
    String text = selector(selector);
    return text.isEmpty() ? NONE : text;
  }

  /** A label selector object as its one-line text, "" when it has no requirement. */
  static String selector(JsonNode selector) {
    List<Map.Entry<String, String>> requirements = new ArrayList<>();
    selector
        .path("matchLabels")
        .properties()
        .forEach(
            e -> requirements.add(Map.entry(e.getKey(), e.getKey() + "=" + e.getValue().asText())));
    for (JsonNode e : selector.path("matchExpressions")) {
      requirements.add(Map.entry(text(e, "key"), expression(e)));
    }
    requirements.sort(Map.Entry.comparingByKey());
    return String.join(",", requirements.stream().map(Map.Entry::getValue).toList());
  }

  private static String expression(JsonNode expression) {
    String key = text(expression, "key");
    Collection<String> values = new TreeSet<>();
    expression.path("values").forEach(v -> values.add(v.asText()));
    String set = "(" + String.join(",", values) + ")";
    return switch (text(expression, "operator")) {
      case "In" -> key + " in " + set;
      case "NotIn" -> key + " notin " + set;
      case "DoesNotExist" -> "!" + key;
      default -> key;
    };
  }

  /** The condition of a type, or a missing node. */
  static JsonNode condition(JsonNode object, String type) {
    for (JsonNode condition : get(object, "status", "conditions")) {
      if (text(condition, "type").equals(type)) {
        return condition;
      }
    }
    return get(object, "\0");
  }

  static boolean conditionTrue(JsonNode object, String type) {
    return text(condition(object, type), "status").equals("True");
  }
}

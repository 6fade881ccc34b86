package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How elements of granular lists are told apart. */
final class ListKeys {
  private ListKeys() {}

  /**
   * The element's keys, or itself in a set.
   *
   * @throws MergeException for an element that cannot be told from others
   */
  static PathElement of(MergeType list, JsonNode element) {
    return list.keys().isEmpty() ? ofSet(element) : ofMap(list, element);
  }

  private static PathElement ofSet(JsonNode element) {
    if (element.isObject()) {
      throw new MergeException("associative list without keys has an element that's a map type");
    }
    if (element.isArray()) {
      throw new MergeException("not supported: associative list with lists as elements");
    }
    if (element.isNull()) {
      throw new MergeException(
          "associative list without keys has an element that's an explicit null");
    }
    return new PathElement.Value(element);
  }

  private static PathElement ofMap(MergeType list, JsonNode element) {
    if (!element.isObject()) {
      throw new MergeException(
          element.isNull()
              ? "associative list with keys may not have a null element"
              : "associative list with keys may not have non-map elements");
    }
    List<PathElement.Key> keys = new ArrayList<>(list.keys().size());
    for (String name : list.keys()) {
      JsonNode value = element.path(name);
      JsonNode known = value.isMissingNode() ? list.item().defaultOf(name) : value;
      if (!known.isMissingNode()) {
        keys.add(new PathElement.Key(name, known));
      }
    }
    if (keys.isEmpty()) {
      String names = String.join(" ", list.keys().stream().map(k -> "\"" + k + "\"").toList());
      throw new MergeException(
          "associative list with keys has an element that omits all key fields ["
              + names
              + "] (and doesn't have default values for any key fields)");
    }
    if (keys.size() > 1) {
      keys.sort(Comparator.comparing(PathElement.Key::name));
    }
    return new PathElement.Keys(keys);
  }

  /**
   * The elements by what tells them apart, in the list's order; several where there are doubles.
   */
  static Map<PathElement, List<JsonNode>> index(MergeType list, JsonNode values) {
    Map<PathElement, List<JsonNode>> index = new LinkedHashMap<>();
    for (JsonNode value : values) {
      index.computeIfAbsent(of(list, value), e -> new ArrayList<>(1)).add(value);
    }
    return index;
  }
}

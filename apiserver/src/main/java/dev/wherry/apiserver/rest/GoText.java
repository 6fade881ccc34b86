package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/** A tree as Go prints nested maps ({@code %+v}): {@code map[spec:map[replicas:1]]}. */
final class GoText {
  private GoText() {}

  static String of(JsonNode tree) {
    StringBuilder text = new StringBuilder();
    print(tree, text);
    return text.toString();
  }

  private static void print(JsonNode tree, StringBuilder text) {
    switch (tree.getNodeType()) {
      case OBJECT -> {
        Map<String, JsonNode> sorted = new TreeMap<>();
        tree.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
        text.append("map[");
        String gap = "";
        for (Map.Entry<String, JsonNode> e : sorted.entrySet()) {
          text.append(gap).append(e.getKey()).append(':');
          print(e.getValue(), text);
          gap = " ";
        }
        text.append(']');
      }
      case ARRAY -> {
        text.append('[');
        for (int i = 0; i < tree.size(); i++) {
          text.append(i == 0 ? "" : " ");
          print(tree.get(i), text);
        }
        text.append(']');
      }
      case NULL, MISSING -> text.append("<nil>");
      default -> text.append(tree.asText());
    }
  }
}

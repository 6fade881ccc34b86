package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Values as Go's fmt prints them with {@code %v}: {@code map[a:1 b:2]}, {@code [x y]}. */
public final class GoText {
  private GoText() {}

  public static String of(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> node.textValue();
      case NUMBER -> GoJson.number(node);
      case BOOLEAN -> node.asText();
      case ARRAY -> {
        StringJoiner items = new StringJoiner(" ", "[", "]");
        node.forEach(item -> items.add(of(item)));
        yield items.toString();
      }
      case OBJECT -> {
        TreeMap<String, String> sorted = new TreeMap<>();
        node.properties().forEach(e -> sorted.put(e.getKey(), of(e.getValue())));
        StringJoiner items = new StringJoiner(" ", "map[", "]");
        sorted.forEach((key, value) -> items.add(key + ":" + value));
        yield items.toString();
      }
      case BINARY, MISSING, NULL, POJO -> "<nil>";
    };
  }
}

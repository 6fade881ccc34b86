package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Keys and values of list elements as text. Nearly all are one plain string; these are written and
 * read without a JSON parser, which a heartbeat's bookkeeping would feel.
 */
final class ElementText {
  private static final String ONE_KEY = "{\"";
  private static final String BETWEEN = "\":\"";
  private static final String END = "\"}";

  private ElementText() {}

  static String keys(List<PathElement.Key> keys) {
    StringBuilder text = new StringBuilder(32).append("k:{");
    for (int i = 0; i < keys.size(); i++) {
      if (i > 0) {
        text.append(',');
      }
      string(text, keys.get(i).name());
      scalar(text.append(':'), keys.get(i).value());
    }
    return text.append('}').toString();
  }

  static String value(JsonNode value) {
    StringBuilder text = new StringBuilder(16).append("v:");
    scalar(text, value);
    return text.toString();
  }

  private static void scalar(StringBuilder text, JsonNode value) {
    if (value.isTextual()) {
      string(text, value.textValue());
    } else if (value.isLong()) {
      text.append(value.longValue());
    } else {
      text.append(escaped(value));
    }
  }

  private static void string(StringBuilder text, String value) {
    if (isPlain(value)) {
      text.append('"').append(value).append('"');
    } else {
      text.append(escaped(Json.text(value)));
    }
  }

  /** Whether JSON writes the text as it is. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') {
        return false;
      }
    }
    return true;
  }

  /** Go's encoder writes these three escaped, so that JSON may stand in HTML. */
  private static String escaped(JsonNode value) {
    return new String(Json.write(value), StandardCharsets.UTF_8)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026");
  }

  /**
   * @throws dev.wherry.model.codec.DecodeException when it is no JSON
   */
  static PathElement parseValue(String json) {
    int last = json.length() - 1;
    boolean quoted = last > 0 && json.charAt(0) == '"' && json.charAt(last) == '"';
    return new PathElement.Value(
        quoted && isPlain(json.substring(1, last))
            ? TextNode.valueOf(json.substring(1, last))
            : Json.parse(json));
  }

  /**
   * @throws MergeException when it is no object
   * @throws dev.wherry.model.codec.DecodeException when it is no JSON
   */
  static PathElement parseKeys(String json) {
    int between = json.indexOf(BETWEEN);
    if (between > 0 && json.startsWith(ONE_KEY) && json.endsWith(END)) {
      String name = json.substring(ONE_KEY.length(), between);
      int from = between + BETWEEN.length();
      int to = json.length() - END.length();
      if (from <= to && isPlain(name) && isPlain(json.substring(from, to))) {
        JsonNode value = TextNode.valueOf(json.substring(from, to));
        return new PathElement.Keys(List.of(new PathElement.Key(name, value)));
      }
    }
    return keys(Json.parse(json));
  }

  private static PathElement keys(JsonNode tree) {
    if (!(tree instanceof ObjectNode object)) {
      throw new MergeException("keys have to be an object: " + tree);
    }
    List<PathElement.Key> keys = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      keys.add(new PathElement.Key(field.getKey(), field.getValue()));
    }
    keys.sort(Comparator.comparing(PathElement.Key::name));
    return new PathElement.Keys(keys);
  }
}

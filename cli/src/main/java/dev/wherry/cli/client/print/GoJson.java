package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.TreeMap;

/**
 * JSON as Go's encoding/json writes it: sorted keys, {@code <}, {@code >} and {@code &} escaped.
 */
public final class GoJson {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder out = new StringBuilder();
  private final boolean indented;

  private GoJson(boolean indented) {
    this.indented = indented;
  }

  /** On one line, without a line feed. */
  public static String compact(JsonNode tree) {
    GoJson json = new GoJson(false);
    json.value(tree, 0);
    return json.out.toString();
  }

  /** Indented by four spaces, without a line feed at the end. */
  public static String pretty(JsonNode tree) {
    GoJson json = new GoJson(true);
    json.value(tree, 0);
    return json.out.toString();
  }

  private void value(JsonNode node, int depth) {
    switch (node.getNodeType()) {
      case OBJECT -> object(node, depth);
      case ARRAY -> array(node, depth);
      case STRING -> text(node.textValue());
      case NUMBER -> out.append(number(node));
      case BOOLEAN -> out.append(node.booleanValue());
      case BINARY, MISSING, NULL, POJO -> out.append("null");
    }
  }

  /** A number as Go prints it: no zeros at the end of a fraction. */
  static String number(JsonNode node) {
    if (node.isIntegralNumber()) {
      return node.asText();
    }
    String plain = node.decimalValue().stripTrailingZeros().toPlainString();
    return plain;
  }

  private void object(JsonNode node, int depth) {
    TreeMap<String, JsonNode> sorted = new TreeMap<>();
    node.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
    out.append('{');
    boolean first = true;
    for (var entry : sorted.entrySet()) {
      separate(first, depth + 1);
      first = false;
      text(entry.getKey());
      out.append(indented ? ": " : ":");
      value(entry.getValue(), depth + 1);
    }
    close(first, depth, '}');
  }

  private void array(JsonNode node, int depth) {
    out.append('[');
    boolean first = true;
    for (JsonNode item : node) {
      separate(first, depth + 1);
      first = false;
      value(item, depth + 1);
    }
    close(first, depth, ']');
  }

  private void separate(boolean first, int depth) {
    if (!first) {
      out.append(',');
    }
    if (indented) {
      out.append('\n').repeat("    ", depth);
    }
  }

  private void close(boolean empty, int depth, char bracket) {
    if (indented && !empty) {
      out.append('\n').repeat("    ", depth);
    }
    out.append(bracket);
  }

  private void text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029) {
            out.append("\\u").append(HEX.charAt(c >> 12)).append(HEX.charAt((c >> 8) & 15));
            out.append(HEX.charAt((c >> 4) & 15)).append(HEX.charAt(c & 15));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}

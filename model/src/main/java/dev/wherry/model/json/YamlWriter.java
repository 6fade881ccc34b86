package dev.wherry.model.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.TreeMap;

/** Writes the block form that kubectl prints: sorted keys, lists not indented below their key. */
final class YamlWriter {
  private enum Style {
    PLAIN,
    SINGLE,
    DOUBLE
  }

  /** Characters of a line before a value is broken. */
  private static final int WIDTH = 80;

  private static final String FIRST_INDICATORS = "#,[]{}&*!|>'\"%@`";

  private final StringBuilder out = new StringBuilder();

  String write(JsonNode tree) {
    if (tree.isContainerNode() && !tree.isEmpty()) {
      block(tree, 0);
    } else {
      out.append(' ');
      inline(tree, 0);
      out.deleteCharAt(0);
    }
    return out.toString();
  }

  /** Writes a filled map or list whose first line is already indented. */
  private void block(JsonNode node, int indent) {
    boolean first = true;
    if (node.isArray()) {
      for (JsonNode item : node) {
        startLine(indent, first);
        out.append('-');
        item(item, indent);
        first = false;
      }
      return;
    }
    TreeMap<String, JsonNode> sorted = new TreeMap<>();
    node.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
    for (var entry : sorted.entrySet()) {
      startLine(indent, first);
      out.append(flow(entry.getKey())).append(':');
      value(entry.getValue(), indent);
      first = false;
    }
  }

  private void startLine(int indent, boolean first) {
    if (!first) {
      out.repeat(' ', indent);
    }
  }

  private void item(JsonNode item, int indent) {
    out.append(' ');
    if (item.isContainerNode() && !item.isEmpty()) {
      block(item, indent + 2);
    } else {
      inline(item, indent + 2);
    }
  }

  private void value(JsonNode value, int indent) {
    if (value.isContainerNode() && !value.isEmpty()) {
      int inner = value.isArray() ? indent : indent + 2;
      out.append('\n').repeat(' ', inner);
      block(value, inner);
    } else {
      out.append(' ');
      inline(value, indent + 2);
    }
  }

  private void inline(JsonNode value, int blockIndent) {
    if (value.isTextual()) {
      text(value.textValue(), blockIndent);
    } else if (value.isContainerNode()) {
      out.append(value.isArray() ? "[]" : "{}");
    } else if (value.isNumber()) {
      out.append(value.isBigDecimal() ? value.decimalValue().toPlainString() : value.asText());
    } else {
      out.append(value.isBoolean() ? value.asText() : "null");
    }
    if (out.charAt(out.length() - 1) != '\n') {
      out.append('\n');
    }
  }

  private void text(String text, int indent) {
    boolean literal =
        text.indexOf('\n') >= 0 && printable(text) && !text.endsWith(" ") && !text.contains(" \n");
    if (!literal) {
      folded(text, indent);
      return;
    }
    out.append('|');
    if (text.startsWith(" ") || text.startsWith("\n")) {
      out.append('2');
    }
    if (!text.endsWith("\n")) {
      out.append('-');
    } else if (text.endsWith("\n\n") || text.equals("\n")) {
      out.append('+');
    }
    out.append('\n');
    String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    for (String line : body.split("\n", -1)) {
      if (!line.isEmpty()) {
        out.repeat(' ', indent).append(line);
      }
      out.append('\n');
    }
  }

  /** A key: on one line. */
  private static String flow(String text) {
    return switch (style(text)) {
      case DOUBLE -> doubleQuoted(text);
      case SINGLE -> "'" + text.replace("'", "''") + "'";
      case PLAIN -> text;
    };
  }

  private static Style style(String text) {
    if (!printable(text) || text.indexOf('\n') >= 0 || YamlScalars.ambiguous(text)) {
      return Style.DOUBLE;
    }
    return plainAllowed(text) ? Style.PLAIN : Style.SINGLE;
  }

  /** A value; upstream's writer breaks it at the first single space behind the line's width. */
  private void folded(String text, int indent) {
    Style style = style(text);
    String quote = style == Style.DOUBLE ? "\"" : style == Style.SINGLE ? "'" : "";
    out.append(quote);
    int start = out.lastIndexOf("\n") + 1;
    int column = out.codePointCount(start, out.length());
    boolean afterSpace = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      boolean spaceFollows = next < text.length() && text.charAt(next) == ' ';
      boolean inside = style == Style.PLAIN || (i > 0 && next < text.length());
      if (c == ' '
          && !afterSpace
          && column > WIDTH
          && inside
          && (style == Style.DOUBLE || !spaceFollows)) {
        out.append('\n').repeat(' ', indent).append(spaceFollows ? "\\" : "");
        column = indent + (spaceFollows ? 1 : 0);
      } else {
        int before = out.length();
        append(c, style);
        column += out.codePointCount(before, out.length());
      }
      afterSpace = c == ' ';
      i = next;
    }
    out.append(quote);
  }

  private void append(int c, Style style) {
    if (style == Style.DOUBLE) {
      escape(c, out);
    } else {
      out.append(style == Style.SINGLE && c == '\'' ? "'" : "").appendCodePoint(c);
    }
  }

  private static boolean plainAllowed(String text) {
    char first = text.charAt(0);
    boolean dash = "-?:".indexOf(first) >= 0 && (text.length() == 1 || text.charAt(1) == ' ');
    return FIRST_INDICATORS.indexOf(first) < 0
        && !dash
        && !text.startsWith(" ")
        && !text.endsWith(" ")
        && !text.endsWith(":")
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.startsWith("---")
        && !text.startsWith("...");
  }

  private static boolean printable(String text) {
    return text.codePoints()
        .allMatch(c ->
            c == '\n'
                || (c >= 0x20 && c <= 0x7E)
                || (c >= 0xA0 && c <= 0xD7FF)
                || (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF)
                || c > 0xFFFF);
  }

  private static String doubleQuoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(c -> escape(c, quoted));
    return quoted.append('"').toString();
  }

  private static void escape(int c, StringBuilder quoted) {
    switch (c) {
      case '"' -> quoted.append("\\\"");
      case '\\' -> quoted.append("\\\\");
      case '\n' -> quoted.append("\\n");
      case '\t' -> quoted.append("\\t");
      case '\r' -> quoted.append("\\r");
      default -> {
        if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFEFF) {
          quoted.append(c < 0x100 ? "\\x%02X".formatted(c) : "\\u%04X".formatted(c));
        } else {
          quoted.appendCodePoint(c);
        }
      }
    }
  }
}

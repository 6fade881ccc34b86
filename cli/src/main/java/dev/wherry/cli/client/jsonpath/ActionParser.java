package dev.wherry.cli.client.jsonpath;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what stands in braces, and the same inside filters and unions. Grammar: client-go
 * util/jsonpath, which is what kubectl's documentation describes.
 */
final class ActionParser {
  private static final Pattern FILTER = Pattern.compile("([^!<>=]+)([!<>=]+)(.+)");
  private static final Pattern KEY = Pattern.compile("'([^']*)'");
  private static final Pattern SLICE = Pattern.compile("(-?\\d*)(:-?\\d*)?(:-?\\d*)?");
  private static final String FIELD_END = ".,[]$@{} \n\r";

  private final String text;
  private final List<Node> nodes = new ArrayList<>();
  private @Nullable String word;
  private int at;

  ActionParser(String text, int at) {
    this.text = text;
    this.at = at;
  }

  /** The steps of a text without braces. */
  static Node.Steps steps(String text) {
    return new ActionParser(text + "}", 0).untilBrace();
  }

  /** Behind the closing brace. */
  int position() {
    return at;
  }

  /** {@code range}, {@code end} or another bare word that stood at the beginning. */
  Optional<String> word() {
    return Optional.ofNullable(word);
  }

  Node.Steps untilBrace() {
    while (true) {
      if (at >= text.length() || text.charAt(at) == '\n' || text.charAt(at) == '\r') {
        throw new JsonPathException("unclosed action");
      }
      char c = text.charAt(at);
      if (c == '}') {
        at++;
        return new Node.Steps(nodes);
      }
      step(c);
    }
  }

  private void step(char c) {
    if (text.startsWith("[?(", at)) {
      filter();
    } else if (text.startsWith("..", at)) {
      recursive();
    } else if (c == ' ' || c == '@' || c == '$') {
      at++;
    } else if (c == '[') {
      array();
    } else if (c == '"' || c == '\'') {
      nodes.add(new Node.Literal(TextNode.valueOf(quoted(c))));
    } else if (c == '.') {
      at++;
      field();
    } else if (c == '+' || c == '-' || Character.isDigit(c)) {
      nodes.add(new Node.Literal(number()));
    } else if (Character.isLetterOrDigit(c) || c == '_') {
      identifier();
    } else {
      throw new JsonPathException(
          "unrecognized character in action: U+%04X '%c'".formatted((int) c, c));
    }
  }

  private void recursive() {
    if (!nodes.isEmpty() && nodes.getLast() instanceof Node.Recursive) {
      throw new JsonPathException("invalid multiple recursive descent");
    }
    at += 2;
    nodes.add(new Node.Recursive());
    if (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      field();
    }
  }

  private void field() {
    StringBuilder name = new StringBuilder();
    while (at < text.length() && FIELD_END.indexOf(text.charAt(at)) < 0) {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at++;
      }
      name.append(text.charAt(at++));
    }
    String value = name.toString();
    nodes.add(value.equals("*") ? new Node.Wildcard() : new Node.Field(value));
  }

  private void identifier() {
    int from = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    String value = text.substring(from, at);
    if (value.equals("true") || value.equals("false")) {
      nodes.add(new Node.Literal(BooleanNode.valueOf(value.equals("true"))));
    } else {
      word = value;
    }
  }

  private JsonNode number() {
    int from = at++;
    while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
      at++;
    }
    String digits = text.substring(from, at);
    try {
      return digits.indexOf('.') < 0
          ? LongNode.valueOf(Long.parseLong(digits))
          : DecimalNode.valueOf(new BigDecimal(digits));
    } catch (NumberFormatException e) {
      throw new JsonPathException("cannot parse number " + digits);
    }
  }

  private String quoted(char quote) {
    StringBuilder value = new StringBuilder();
    for (at++; at < text.length() && text.charAt(at) != quote; at++) {
      char c = text.charAt(at);
      if (c == '\n') {
        break;
      }
      if (c == '\\' && at + 1 < text.length()) {
        c = text.charAt(++at);
        value.append(
            switch (c) {
              case 'n' -> '\n';
              case 't' -> '\t';
              case 'r' -> '\r';
              default -> c;
            });
      } else {
        value.append(c);
      }
    }
    if (at >= text.length() || text.charAt(at) != quote) {
      throw new JsonPathException("unterminated quoted string");
    }
    at++;
    return value.toString();
  }

  private void array() {
    int end = text.indexOf(']', at);
    if (end < 0 || text.substring(at, end).indexOf('\n') >= 0) {
      throw new JsonPathException("unterminated array");
    }
    String inside = text.substring(at + 1, end);
    at = end + 1;
    nodes.add(inside.indexOf(',') < 0 ? element(inside) : union(inside));
  }

  private static Node union(String inside) {
    List<Node.Steps> parts = new ArrayList<>();
    for (String part : inside.split(",", -1)) {
      parts.add(new Node.Steps(List.of(element(part.strip()))));
    }
    return new Node.Union(parts);
  }

  private static Node element(String inside) {
    Matcher key = KEY.matcher(inside);
    if (key.matches()) {
      return new Node.Field(key.group(1).replace("\\", ""));
    }
    if (inside.equals("*")) {
      return new Node.Slice(null, null, null, false);
    }
    Matcher slice = SLICE.matcher(inside);
    if (!slice.matches() || inside.isEmpty()) {
      throw new JsonPathException("invalid array index " + inside);
    }
    return new Node.Slice(
        part(slice.group(1)), part(slice.group(2)), part(slice.group(3)), slice.group(2) == null);
  }

  private static @Nullable Integer part(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String digits = text.startsWith(":") ? text.substring(1) : text;
    try {
      return digits.isEmpty() ? null : Integer.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new JsonPathException("array index " + digits + " is not a number");
    }
  }

  private void filter() {
    int from = at + 3;
    int i = from;
    boolean begun = false;
    boolean ended = false;
    char pair = 0;
    for (; ; i++) {
      if (i >= text.length() || text.charAt(i) == '\n') {
        throw new JsonPathException("unterminated filter");
      }
      char c = text.charAt(i);
      if ((c == '"' || c == '\'') && !begun) {
        begun = true;
        pair = c;
      } else if ((c == '"' || c == '\'') && c == pair && text.charAt(i - 1) != '\\') {
        ended = true;
      } else if (c == ')' && begun == ended) {
        break;
      }
    }
    if (i + 1 >= text.length() || text.charAt(i + 1) != ']') {
      throw new JsonPathException("unclosed array expect ]");
    }
    String inside = text.substring(from, i);
    at = i + 2;
    Matcher parts = FILTER.matcher(inside);
    nodes.add(
        parts.matches()
            ? new Node.Filter(steps(parts.group(1)), parts.group(2), steps(parts.group(3)))
            : new Node.Filter(steps(inside), "exists", new Node.Steps(List.of())));
  }
}

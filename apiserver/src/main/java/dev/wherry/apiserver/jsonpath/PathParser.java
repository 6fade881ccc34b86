package dev.wherry.apiserver.jsonpath;

import dev.wherry.apiserver.jsonpath.JsonPath.Step;
import java.util.ArrayList;
import java.util.List;

/** Reads the text of a path. */
final class PathParser {
  private static final List<String> OPERATORS = List.of("==", "!=", "<=", ">=", "<", ">");

  private final String text;
  private int at;

  PathParser(String text) {
    this.text = text.trim();
  }

  JsonPath parse() {
    if (text.startsWith("{") && text.endsWith("}")) {
      return new PathParser(text.substring(1, text.length() - 1)).parse();
    }
    if (text.startsWith("$") || text.startsWith("@")) {
      at++;
    }
    List<Step> steps = new ArrayList<>();
    while (at < text.length()) {
      step(steps);
    }
    return JsonPath.of(steps);
  }

  private void step(List<Step> steps) {
    char c = text.charAt(at);
    if (c == '[') {
      steps.add(bracket(inside()));
      return;
    }
    boolean deep = text.startsWith("..", at);
    if (c == '.') {
      at += deep ? 2 : 1;
    } else if (at > 0) {
      throw new IllegalArgumentException("unexpected '" + c + "' in " + text);
    }
    String name = name();
    if (name.equals("*")) {
      steps.add(new Step.All());
    } else if (!name.isEmpty()) {
      steps.add(deep ? new Step.Anywhere(name) : new Step.Name(name));
    } else if (at < text.length() && text.charAt(at) != '[') {
      throw new IllegalArgumentException("no name at " + at + " in " + text);
    }
  }

  /** A dot behind a backslash belongs to the name. */
  private String name() {
    StringBuilder name = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '[') {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at++;
      }
      name.append(text.charAt(at++));
    }
    return name.toString();
  }

  private String inside() {
    int depth = 0;
    char quote = 0;
    int from = at + 1;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '[') {
        depth++;
      } else if (c == ']' && --depth == 0) {
        return text.substring(from, at++).trim();
      }
    }
    throw new IllegalArgumentException("unterminated array in " + text);
  }

  private Step bracket(String inner) {
    if (inner.equals("*")) {
      return new Step.All();
    }
    if (inner.startsWith("?(") && inner.endsWith(")")) {
      return where(inner.substring(2, inner.length() - 1).trim());
    }
    if (isQuoted(inner)) {
      return new Step.Name(inner.substring(1, inner.length() - 1));
    }
    return slice(inner);
  }

  private static boolean isQuoted(String text) {
    return text.length() >= 2
        && (text.charAt(0) == '\'' || text.charAt(0) == '"')
        && text.charAt(text.length() - 1) == text.charAt(0);
  }

  private Step slice(String inner) {
    String[] parts = inner.split(":", -1);
    try {
      if (parts.length == 1) {
        int index = Integer.parseInt(inner);
        return new Step.Slice(index, index == -1 ? Integer.MAX_VALUE : index + 1, 1);
      }
      int every = parts.length > 2 && !parts[2].isEmpty() ? Integer.parseInt(parts[2]) : 1;
      return new Step.Slice(
          parts[0].isEmpty() ? 0 : Integer.parseInt(parts[0]),
          parts[1].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(parts[1]),
          Math.max(every, 1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("invalid array index " + inner, e);
    }
  }

  private Step where(String condition) {
    for (String operator : OPERATORS) {
      int index = condition.indexOf(operator);
      if (index > 0) {
        String right = condition.substring(index + operator.length()).trim();
        boolean path = right.startsWith("@");
        JsonPath none = JsonPath.of(List.of());
        return new Step.Where(
            JsonPath.parse(condition.substring(0, index).trim()),
            operator,
            path ? JsonPath.parse(right) : none,
            isQuoted(right) ? right.substring(1, right.length() - 1) : right);
      }
    }
    return new Step.Where(JsonPath.parse(condition), "", JsonPath.of(List.of()), "");
  }
}

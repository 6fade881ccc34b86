package dev.wherry.model.selector;

import dev.wherry.model.selector.Labels.Operator;
import dev.wherry.model.selector.Labels.Requirement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the text form of a label selector (grammar in apimachinery labels/selector.go). */
final class LabelsParser {
  /** Requirements of one selector. */
  private static final int REQUIREMENTS_MAX = 1_000;

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
  private static final Pattern PREFIX =
      Pattern.compile("[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*");

  private final String text;
  private int at;

  LabelsParser(String text) {
    this.text = text;
  }

  Labels parse() {
    List<Requirement> requirements = new ArrayList<>();
    do {
      skipSpace();
      requirements.add(requirement());
      if (requirements.size() > REQUIREMENTS_MAX) {
        throw new SelectorException("a selector has at most " + REQUIREMENTS_MAX + " requirements");
      }
      skipSpace();
    } while (accept(","));
    if (at < text.length()) {
      throw unexpected("',' or 'end of string'");
    }
    requirements.sort(Comparator.comparing(Requirement::key));
    return new Labels(requirements, false);
  }

  private Requirement requirement() {
    if (accept("!")) {
      skipSpace();
      return new Requirement(key(), Operator.DOES_NOT_EXIST, List.of());
    }
    String key = key();
    skipSpace();
    if (at == text.length() || text.charAt(at) == ',') {
      return new Requirement(key, Operator.EXISTS, List.of());
    }
    if (accept("==") || accept("=")) {
      return new Requirement(key, Operator.EQUALS, List.of(value()));
    }
    if (accept("!=")) {
      return new Requirement(key, Operator.NOT_EQUALS, List.of(value()));
    }
    if (accept(">")) {
      return new Requirement(key, Operator.GREATER_THAN, List.of(number()));
    }
    if (accept("<")) {
      return new Requirement(key, Operator.LESS_THAN, List.of(number()));
    }
    String word = word();
    return switch (word) {
      case "in" -> new Requirement(key, Operator.IN, values());
      case "notin" -> new Requirement(key, Operator.NOT_IN, values());
      default ->
          throw new SelectorException(
              "unable to parse requirement: found '"
                  + word
                  + "', expected: in, notin, =, ==, !=, gt, lt");
    };
  }

  private String key() {
    String key = word();
    int slash = key.indexOf('/');
    String name = key.substring(slash + 1);
    boolean prefixFits = slash < 0 || PREFIX.matcher(key.substring(0, slash)).matches();
    if (!NAME.matcher(name).matches() || !prefixFits) {
      throw new SelectorException(
          "unable to parse requirement: <nil>: Invalid value: \""
              + key
              + "\": name part must consist of alphanumeric characters, '-', '_' or '.', and must"
              + " start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or"
              + " '123-abc', regex used for validation is"
              + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }
    return key;
  }

  private String value() {
    skipSpace();
    String value = word();
    if (!value.isEmpty() && !NAME.matcher(value).matches()) {
      throw new SelectorException(
          "unable to parse requirement: values[0]: Invalid value: \""
              + value
              + "\": a valid label must be an empty string or consist of alphanumeric characters,"
              + " '-', '_' or '.', and must start and end with an alphanumeric character (e.g."
              + " 'MyValue',  or 'my_value',  or '12345', regex used for validation is"
              + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    }
    return value;
  }

  private String number() {
    String value = value();
    try {
      Long.parseLong(value);
      return value;
    } catch (NumberFormatException e) {
      throw new SelectorException(
          "unable to parse requirement: values[0]: Invalid value: \""
              + value
              + "\": for 'Gt', 'Lt' operators, the value must be an integer");
    }
  }

  private List<String> values() {
    skipSpace();
    if (!accept("(")) {
      throw unexpected("'('");
    }
    List<String> values = new ArrayList<>();
    do {
      values.add(value());
      skipSpace();
    } while (accept(","));
    if (!accept(")")) {
      throw unexpected("',', or ')'");
    }
    return values;
  }

  private String word() {
    int start = at;
    while (at < text.length() && ",()=!<> \t\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(start, at);
  }

  private boolean accept(String token) {
    if (text.startsWith(token, at)) {
      at += token.length();
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private SelectorException unexpected(String wanted) {
    String rest = text.substring(Math.min(at, text.length()));
    return new SelectorException(
        "unable to parse requirement: found '" + rest + "', expected: " + wanted);
  }
}

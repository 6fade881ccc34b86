package dev.wherry.model.selector;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A field selector: {@code spec.nodeName=n1,status.phase!=Running} (apimachinery fields). */
public record Fields(List<Term> terms) {
  public static final Fields EVERYTHING = new Fields(List.of());
  private static final int TERMS_MAX = 100;

  public Fields {
    terms = List.copyOf(terms);
  }

  /** One comparison. */
  public record Term(String field, String value, boolean equal) {}

  /**
   * @throws SelectorException in upstream's words
   */
  public static Fields parse(String text) {
    if (text.isBlank()) {
      return EVERYTHING;
    }
    List<Term> terms = new ArrayList<>();
    for (String part : split(text)) {
      if (!part.isBlank()) {
        terms.add(term(text, part.trim()));
      }
    }
    if (terms.size() > TERMS_MAX) {
      throw new SelectorException("a field selector has at most " + TERMS_MAX + " terms");
    }
    return new Fields(terms);
  }

  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        part.append(c).append(text.charAt(++i));
      } else if (c == ',') {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    return parts;
  }

  private static Term term(String whole, String part) {
    for (int i = 0; i < part.length(); i++) {
      if (part.startsWith("!=", i)) {
        return new Term(part.substring(0, i), unescape(part.substring(i + 2)), false);
      }
      if (part.startsWith("==", i)) {
        return new Term(part.substring(0, i), unescape(part.substring(i + 2)), true);
      }
      if (part.charAt(i) == '=') {
        return new Term(part.substring(0, i), unescape(part.substring(i + 1)), true);
      }
    }
    throw new SelectorException(
        "invalid selector: '" + whole + "'; can't understand '" + part + "'");
  }

  private static String unescape(String value) {
    return value.replaceAll("\\\\([\\\\,=])", "$1");
  }

  public boolean isEverything() {
    return terms.isEmpty();
  }

  /**
   * @param value the object's value of a field; "" where it has none
   */
  public boolean matches(Function<String, String> value) {
    for (Term term : terms) {
      if (term.value().equals(value.apply(term.field())) != term.equal()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return String.join(
        ",", terms.stream().map(t -> t.field() + (t.equal() ? "=" : "!=") + t.value()).toList());
  }
}

package dev.wherry.kubelet.env;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Expansion of {@code $(NAME)} in commands, arguments and environment values (rule: design proposal
 * "variable expansion"): {@code $$} is a dollar sign, a name without value stays as it is written.
 */
public final class Expansion {
  private Expansion() {}

  /** Expands the text; {@code values} gives null for a name it does not know. */
  public static String expand(String text, Function<String, @Nullable String> values) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '$' || at + 1 >= text.length()) {
        out.append(c);
        at++;
      } else if (text.charAt(at + 1) == '$') {
        out.append('$');
        at += 2;
      } else if (text.charAt(at + 1) == '(') {
        at = reference(text, at, values, out);
      } else {
        out.append('$').append(text.charAt(at + 1));
        at += 2;
      }
    }
    return out.toString();
  }

  private static int reference(
      String text, int at, Function<String, @Nullable String> values, StringBuilder out) {
    int close = text.indexOf(')', at + 2);
    if (close < 0) {
      out.append("$(");
      return at + 2;
    }
    String value = values.apply(text.substring(at + 2, close));
    out.append(value == null ? text.substring(at, close + 1) : value);
    return close + 1;
  }
}

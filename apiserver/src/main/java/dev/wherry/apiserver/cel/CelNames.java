package dev.wherry.apiserver.cel;

import java.util.Optional;
import java.util.Set;

/** Field names as they are written in expressions (apiserver cel/escaping.go). */
public final class CelNames {
  private static final Set<String> RESERVED =
      Set.of(
          "true",
          "false",
          "null",
          "in",
          "as",
          "break",
          "const",
          "continue",
          "else",
          "for",
          "function",
          "if",
          "import",
          "let",
          "loop",
          "package",
          "namespace",
          "return",
          "var",
          "void",
          "while");

  private CelNames() {}

  /** The name in expressions; empty for one that cannot be written. */
  public static Optional<String> escape(String name) {
    if (name.isEmpty() || Character.isDigit(name.charAt(0))) {
      return Optional.empty();
    }
    if (RESERVED.contains(name)) {
      return Optional.of("__" + name + "__");
    }
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      switch (c) {
        case '.' -> escaped.append("__dot__");
        case '-' -> escaped.append("__dash__");
        case '/' -> escaped.append("__slash__");
        case '_' -> {
          boolean two = i + 1 < name.length() && name.charAt(i + 1) == '_';
          escaped.append(two ? "__underscores__" : "_");
          i += two ? 1 : 0;
        }
        default -> {
          boolean plain = c < 128 && Character.isLetterOrDigit(c);
          if (!plain) {
            return Optional.empty();
          }
          escaped.append(c);
        }
      }
    }
    return Optional.of(escaped.toString());
  }
}

package dev.wherry.network.ingress.route;

/** Which paths a rule is for. */
public sealed interface PathMatch {
  /** This path and no other, letter by letter. */
  record Exact(String path) implements PathMatch {}

  /**
   * Whole elements of a path: {@code /foo} is for {@code /foo}, {@code /foo/} and {@code /foo/bar},
   * not for {@code /foobar}.
   *
   * @param path without a slash at its end; "" for every path
   */
  record Prefix(String path) implements PathMatch {
    /** Every path. */
    public static final Prefix ALL = new Prefix("");
  }

  /** The whole path matches an expression. */
  record Expression(BoundedPattern pattern) implements PathMatch {}

  static PathMatch prefix(String path) {
    int end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return new Prefix(path.substring(0, end));
  }

  default boolean matches(String asked) {
    return switch (this) {
      case Exact(String path) -> asked.equals(path);
      case Prefix(String path) ->
          asked.startsWith(path)
              && (asked.length() == path.length() || asked.charAt(path.length()) == '/');
      case Expression(BoundedPattern pattern) -> pattern.matches(asked);
    };
  }

  /** Exact ones come before expressions, these before prefixes. */
  default int order() {
    return switch (this) {
      case Exact _ -> 0;
      case Expression _ -> 1;
      case Prefix _ -> 2;
    };
  }

  /** Characters: longer ones come first. */
  default int length() {
    return switch (this) {
      case Exact(String path) -> path.length();
      case Prefix(String path) -> path.length();
      case Expression(BoundedPattern pattern) -> pattern.text().length();
    };
  }
}

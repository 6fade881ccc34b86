package dev.wherry.network.ingress.route;

/** What a header or a parameter of the query must hold. */
public sealed interface ValueMatch {
  String name();

  /** This value. */
  record Equal(String name, String value) implements ValueMatch {}

  /** A value of this form. */
  record Like(String name, BoundedPattern pattern) implements ValueMatch {}

  default boolean accepts(String given) {
    return switch (this) {
      case Equal(String _, String value) -> given.equals(value);
      case Like(String _, BoundedPattern pattern) -> pattern.matches(given);
    };
  }
}

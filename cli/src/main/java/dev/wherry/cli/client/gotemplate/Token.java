package dev.wherry.cli.client.gotemplate;

/**
 * A word of an action.
 *
 * @param text as it stands; of a text in quotes what it means
 */
record Token(Kind kind, String text) {
  enum Kind {
    /** {@code .a.b}; "." alone is the dot. */
    FIELD,
    /** {@code $} or {@code $x}. */
    VARIABLE,
    WORD,
    TEXT,
    NUMBER,
    /** {@code | ( ) , := =}. */
    SIGN,
    SPACE
  }

  boolean is(Kind wanted, String wantedText) {
    return kind == wanted && text.equals(wantedText);
  }
}

package dev.wherry.apiserver.cel;

/** An expression that does not compile, or fails on a value. */
public final class CelFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** The expression or its type is wrong. */
    COMPILE,
    /** A value was not as the expression expects it. */
    EVALUATION,
    /** The expression costs more than one call may. */
    COST
  }

  private final Kind kind;

  CelFailure(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  public String text() {
    return String.valueOf(getMessage());
  }
}

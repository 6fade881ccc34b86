package dev.wherry.model.merge;

/** A value that does not fit its type; the message says where, as {@code .spec.a: expected ...}. */
public final class MergeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MergeException(String message) {
    super(message, null, false, false);
  }
}

package dev.wherry.streaming.tunnel;

/** A stream to a node could not be opened; the message says why in the words of a user. */
public final class DialException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DialException(String message) {
    super(message);
  }

  public DialException(String message, Throwable cause) {
    super(message, cause);
  }
}

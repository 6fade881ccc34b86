package dev.wherry.streaming.tunnel;

/** A stream to a node could not be opened; the message says why in the words of a user. */
public final class DialException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean timedOut;

  public DialException(String message) {
    super(message);
    this.timedOut = false;
  }

  public DialException(String message, Throwable cause) {
    super(message, cause);
    this.timedOut = false;
  }

  private DialException(String message, boolean timedOut) {
    super(message);
    this.timedOut = timedOut;
  }

  static DialException late(String message) {
    return new DialException(message, true);
  }

  /** Whether the far end was there and did not answer in time. */
  public boolean timedOut() {
    return timedOut;
  }
}

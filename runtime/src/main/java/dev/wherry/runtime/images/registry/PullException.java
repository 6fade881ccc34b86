package dev.wherry.runtime.images.registry;

import java.io.IOException;

/** A pull that failed; the message says where and why. */
public final class PullException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Who can do something about it. */
  public enum Reason {
    /** The registry has no such image, or none for this machine. */
    NOT_FOUND,
    /** The registry wants other credentials. */
    DENIED,
    /** The registry did not answer, or with its own failure; later it may. */
    UNAVAILABLE,
    /** What it sent is not what was asked for. */
    DAMAGED
  }

  public PullException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public PullException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Who can do something about it. */
  public Reason reason() {
    return reason;
  }
}

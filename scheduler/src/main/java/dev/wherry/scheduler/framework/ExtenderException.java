package dev.wherry.scheduler.framework;

/** An extender did not answer, or not as it should. */
public final class ExtenderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ExtenderException(String message) {
    super(message);
  }

  public ExtenderException(String message, Throwable cause) {
    super(message, cause);
  }
}

package dev.wherry.runtime.cni;

/** A plugin refused, is missing or gave no sense; the message names it and its reason. */
public final class CniException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CniException(String message) {
    super(message);
  }

  CniException(String message, Throwable cause) {
    super(message, cause);
  }
}

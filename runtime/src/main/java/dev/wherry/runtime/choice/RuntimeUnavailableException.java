package dev.wherry.runtime.choice;

import java.io.IOException;

/** The runtime that must be used does not answer; the message says what mends it. */
public final class RuntimeUnavailableException extends IOException {
  private static final long serialVersionUID = 1;

  RuntimeUnavailableException(String message) {
    super(message);
  }
}

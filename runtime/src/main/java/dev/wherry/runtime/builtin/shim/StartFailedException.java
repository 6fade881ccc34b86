package dev.wherry.runtime.builtin.shim;

import java.io.IOException;

/** The OCI runtime refused to start a process; the message is what it said. */
public final class StartFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  StartFailedException(String why) {
    super(why);
  }
}

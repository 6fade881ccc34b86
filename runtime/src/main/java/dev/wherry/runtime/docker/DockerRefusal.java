package dev.wherry.runtime.docker;

import java.io.IOException;

/** Docker answered a raw request with an error status; the message is Docker's. */
public final class DockerRefusal extends IOException {
  private static final long serialVersionUID = 1;

  private final int status;

  DockerRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status: 404 no such container, 409 not running. */
  public int status() {
    return status;
  }
}

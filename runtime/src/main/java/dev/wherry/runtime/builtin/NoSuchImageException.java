package dev.wherry.runtime.builtin;

import java.io.IOException;

/** An image was asked for that is not unpacked on this node. */
public final class NoSuchImageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** For the reference or id that was asked for. */
  public NoSuchImageException(String image) {
    super("no such image: " + image);
  }
}

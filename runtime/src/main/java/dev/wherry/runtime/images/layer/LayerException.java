package dev.wherry.runtime.images.layer;

import java.io.IOException;

/** A layer that is damaged, hostile or beyond a limit; the message says which entry and why. */
public final class LayerException extends IOException {
  private static final long serialVersionUID = 1L;

  LayerException(String message) {
    super(message);
  }

  LayerException(String message, Throwable cause) {
    super(message, cause);
  }
}

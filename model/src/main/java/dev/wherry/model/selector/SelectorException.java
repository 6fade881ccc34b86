package dev.wherry.model.selector;

/** A text that is no selector; the message is upstream's. */
public final class SelectorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SelectorException(String message) {
    super(message);
  }
}

package dev.wherry.cli.client.gotemplate;

/** A template that cannot be read, or fails on an object; the message is Go's as far as known. */
public final class GoTemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GoTemplateException(String message) {
    super(message, null, false, false);
  }
}

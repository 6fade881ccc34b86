package dev.wherry.cli.client.jsonpath;

/** A template that cannot be read, or does not fit the data. */
public final class JsonPathException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JsonPathException(String message) {
    super(message);
  }
}

package dev.wherry.kubelet.server;

/** An answer other than 200, with a line of text for the client. */
final class HttpFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final int code;
  private final String text;

  HttpFailure(int code, String text) {
    super(text);
    this.code = code;
    this.text = text;
  }

  int code() {
    return code;
  }

  String text() {
    return text;
  }
}

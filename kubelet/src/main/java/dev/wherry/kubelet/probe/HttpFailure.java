package dev.wherry.kubelet.probe;

/** No answer came, or not all of it; the message is worded as Go words it. */
final class HttpFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean headCame;

  HttpFailure(String message, boolean headCame) {
    super(message);
    this.headCame = headCame;
  }

  /** Whether the status had come when the rest did not. */
  boolean headCame() {
    return headCame;
  }

  String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}

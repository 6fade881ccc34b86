package dev.wherry.kubelet.csi;

import io.grpc.StatusRuntimeException;

/** A driver refused or did not answer; the message is as gRPC clients of Go write it. */
final class CsiException extends Exception {
  private static final long serialVersionUID = 1;

  private final String text;

  CsiException(String text) {
    super(text);
    this.text = text;
  }

  static CsiException of(StatusRuntimeException cause) {
    String said = cause.getStatus().getDescription();
    CsiException e =
        new CsiException(
            "rpc error: code = %s desc = %s".formatted(goName(cause), said == null ? "" : said));
    e.initCause(cause);
    return e;
  }

  /** {@code DEADLINE_EXCEEDED} is {@code DeadlineExceeded} there. */
  private static String goName(StatusRuntimeException cause) {
    StringBuilder name = new StringBuilder();
    for (String word : cause.getStatus().getCode().name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
    }
    return name.toString();
  }

  /** The message, never null. */
  String text() {
    return text;
  }
}

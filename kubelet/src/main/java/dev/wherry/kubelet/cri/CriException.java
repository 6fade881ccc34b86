package dev.wherry.kubelet.cri;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** The runtime refused a call or did not answer; the message is the runtime's own. */
public final class CriException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Status.Code code;

  public CriException(Status.Code code, String message) {
    super(message);
    this.code = code;
  }

  static CriException of(StatusRuntimeException cause) {
    String text = cause.getStatus().getDescription();
    CriException e =
        new CriException(
            cause.getStatus().getCode(), text == null ? cause.getStatus().toString() : text);
    e.initCause(cause);
    return e;
  }

  public Status.Code code() {
    return code;
  }

  /** Whether the thing asked for is gone. */
  public boolean notFound() {
    return code == Status.Code.NOT_FOUND;
  }

  /** Whether the runtime does not know the call. */
  public boolean unimplemented() {
    return code == Status.Code.UNIMPLEMENTED;
  }

  /** Whether the runtime is not there at all. */
  public boolean unavailable() {
    return code == Status.Code.UNAVAILABLE;
  }

  /** The message, never null. */
  public String text() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }
}

package dev.wherry.cli.kubeconfig;

/** A kubeconfig that cannot be read, written or used; the message is one line for the user. */
public final class KubeconfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public KubeconfigException(String message) {
    super(message);
  }

  public KubeconfigException(String message, Throwable cause) {
    super(message, cause);
  }
}

package dev.wherry.machinery.pki;

/** A key, certificate, request or PEM text that cannot be read, made or trusted. */
public final class PkiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, in one sentence a user can act on. */
  public PkiException(String message) {
    super(message);
  }

  /** As above, with the provider's exception. */
  public PkiException(String message, Throwable cause) {
    super(message, cause);
  }
}

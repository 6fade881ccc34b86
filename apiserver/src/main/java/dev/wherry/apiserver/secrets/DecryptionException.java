package dev.wherry.apiserver.secrets;

/** A stored value that cannot be decrypted: unknown key id, changed bytes, or a moved value. */
public final class DecryptionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DecryptionException(String message) {
    super(message);
  }

  DecryptionException(String message, Throwable cause) {
    super(message, cause);
  }
}

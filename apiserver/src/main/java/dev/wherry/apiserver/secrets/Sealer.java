package dev.wherry.apiserver.secrets;

import java.security.SecureRandom;

/** Encrypts stored values by one key, or by what a plugin keeps. Thread-safe. */
interface Sealer {
  /** Whether this one made a stored value. */
  boolean made(byte[] stored);

  /** Whether this one made a stored value and would make it so again. */
  default boolean isCurrent(byte[] stored) {
    return made(stored);
  }

  /**
   * The stored form of a value.
   *
   * @throws dev.wherry.model.status.ApiException when nothing can be encrypted now
   */
  byte[] seal(String storeKey, byte[] value, SecureRandom random);

  /**
   * The value.
   *
   * @throws DecryptionException when it was changed or moved, or what opens it is not to be had
   */
  byte[] open(String storeKey, byte[] stored);
}

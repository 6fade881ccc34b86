package dev.wherry.apiserver.secrets;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a KMS plugin keeps wrapped for us (apiserver encrypt/aes, aes_extended_nonce.go). A seed
 * gives every value an AES-256-GCM key of its own, by HKDF-SHA256's expansion with 32 random bytes
 * that stand before the nonce; so neither keys nor nonces wear out. The store key is authenticated.
 *
 * @param secret at least 32 bytes where it is a seed
 * @param seed else it is the AES key of older values, which are only read
 */
record DataKey(byte[] secret, boolean seed) {
  private static final int SEED_BYTES = 32;
  private static final int INFO_BYTES = 32;
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  DataKey {
    if (seed ? secret.length < SEED_BYTES : secret.length != KEY_BYTES) {
      throw new DecryptionException("a data key has " + secret.length + " bytes");
    }
  }

  static DataKey random(SecureRandom random) {
    byte[] secret = new byte[SEED_BYTES];
    random.nextBytes(secret);
    return new DataKey(secret, true);
  }

  byte[] seal(String storeKey, byte[] value, SecureRandom random) {
    byte[] head = new byte[INFO_BYTES + NONCE_BYTES];
    random.nextBytes(head);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, head, INFO_BYTES, storeKey).doFinal(value);
      byte[] all = Arrays.copyOf(head, head.length + sealed.length);
      System.arraycopy(sealed, 0, all, head.length, sealed.length);
      return all;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(storeKey + " cannot be encrypted", e);
    }
  }

  /**
   * @throws DecryptionException when the value was changed or moved
   */
  byte[] open(String storeKey, byte[] data) {
    int info = seed ? INFO_BYTES : 0;
    int body = info + NONCE_BYTES;
    if (data.length < body) {
      throw new DecryptionException(storeKey + " is cut short");
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, data, info, storeKey)
          .doFinal(data, body, data.length - body);
    } catch (GeneralSecurityException e) {
      throw new DecryptionException(storeKey + " was changed or moved, or the key is wrong", e);
    }
  }

  private Cipher cipher(int mode, byte[] head, int infoBytes, String storeKey)
      throws GeneralSecurityException {
    SecretKey key = new SecretKeySpec(secret, "AES");
    if (seed) {
      byte[] info = Arrays.copyOf(head, infoBytes);
      key =
          KDF.getInstance("HKDF-SHA256")
              .deriveKey("AES", HKDFParameterSpec.expandOnly(key, info, KEY_BYTES));
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, head, infoBytes, NONCE_BYTES));
    cipher.updateAAD(storeKey.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return cipher;
  }
}

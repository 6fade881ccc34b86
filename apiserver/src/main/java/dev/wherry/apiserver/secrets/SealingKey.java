package dev.wherry.apiserver.secrets;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One key of an EncryptionConfiguration. What it makes begins with {@code
 * k8s:enc:ALGORITHM:v1:NAME:} and is, behind that, what upstream makes of the same key (apiserver
 * storage/value/encrypt).
 */
record SealingKey(Algorithm algorithm, String name, byte[] secret) implements Provider, Sealer {
  private static final int GCM_NONCE_BYTES = 12;
  private static final int GCM_TAG_BITS = 128;
  private static final int BLOCK_BYTES = 16;

  /** How a key encrypts. */
  enum Algorithm {
    /** Not authenticated: whoever can write to the store can change values. */
    AESCBC,
    /** The store key is authenticated too. */
    AESGCM,
    SECRETBOX;

    String text() {
      return switch (this) {
        case AESCBC -> "aescbc";
        case AESGCM -> "aesgcm";
        case SECRETBOX -> "secretbox";
      };
    }

    boolean takes(int keyBytes) {
      return keyBytes == 32 || (this != SECRETBOX && (keyBytes == 16 || keyBytes == 24));
    }
  }

  byte[] prefix() {
    return ("k8s:enc:" + algorithm.text() + ":v1:" + name + ":")
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public boolean made(byte[] stored) {
    byte[] prefix = prefix();
    return stored.length >= prefix.length
        && Arrays.equals(stored, 0, prefix.length, prefix, 0, prefix.length);
  }

  @Override
  public byte[] seal(String storeKey, byte[] value, SecureRandom random) {
    byte[] nonce = new byte[nonceBytes()];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          algorithm == Algorithm.SECRETBOX
              ? SecretBox.seal(value, nonce, secret)
              : cipher(Cipher.ENCRYPT_MODE, nonce, storeKey).doFinal(value);
      byte[] prefix = prefix();
      byte[] all = Arrays.copyOf(prefix, prefix.length + nonce.length + sealed.length);
      System.arraycopy(nonce, 0, all, prefix.length, nonce.length);
      System.arraycopy(sealed, 0, all, prefix.length + nonce.length, sealed.length);
      return all;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(storeKey + " cannot be encrypted", e);
    }
  }

  @Override
  public byte[] open(String storeKey, byte[] stored) {
    int start = prefix().length;
    int body = start + nonceBytes();
    if (stored.length < body) {
      throw new DecryptionException(storeKey + " is cut short");
    }
    byte[] nonce = Arrays.copyOfRange(stored, start, body);
    try {
      return algorithm == Algorithm.SECRETBOX
          ? SecretBox.open(Arrays.copyOfRange(stored, body, stored.length), nonce, secret)
          : cipher(Cipher.DECRYPT_MODE, nonce, storeKey)
              .doFinal(stored, body, stored.length - body);
    } catch (GeneralSecurityException e) {
      throw new DecryptionException(storeKey + " was changed or moved, or the key is wrong", e);
    }
  }

  private int nonceBytes() {
    return switch (algorithm) {
      case AESCBC -> BLOCK_BYTES;
      case AESGCM -> GCM_NONCE_BYTES;
      case SECRETBOX -> SecretBox.NONCE_BYTES;
    };
  }

  private Cipher cipher(int mode, byte[] nonce, String storeKey) throws GeneralSecurityException {
    SecretKeySpec key = new SecretKeySpec(secret, "AES");
    if (algorithm == Algorithm.AESCBC) {
      Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
      cipher.init(mode, key, new IvParameterSpec(nonce));
      return cipher;
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(GCM_TAG_BITS, nonce));
    cipher.updateAAD(storeKey.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}

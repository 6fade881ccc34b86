package dev.wherry.apiserver.secrets;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM for values whose store key begins with one of some prefixes; other values pass
 * unchanged. A stored value is {@code k8s:enc:aesgcm:v1:<key id>:}, a 12-byte random nonce, the
 * cipher text and its 16-byte tag. The store key is authenticated too, so a value copied to another
 * name does not decrypt. Random nonces are safe up to 2^32 values for each key (NIST SP 800-38D);
 * rotate long before.
 */
public final class AesGcmTransformer implements ValueTransformer {
  private static final byte[] PREFIX = "k8s:enc:aesgcm:v1:".getBytes(StandardCharsets.US_ASCII);
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int ID_CHARS_MAX = 32;

  private final List<String> keyPrefixes;
  private final EncryptionKeys keys;
  private final SecureRandom random;

  /** Encrypts what is stored under {@code keyPrefixes}, such as {@code /registry/core/secrets/}. */
  public AesGcmTransformer(List<String> keyPrefixes, EncryptionKeys keys, SecureRandom random) {
    this.keyPrefixes = List.copyOf(keyPrefixes);
    this.keys = keys;
    this.random = random;
  }

  @Override
  public byte[] toStored(String key, byte[] value) {
    if (!covers(key)) {
      return value;
    }
    EncryptionKeys.Key current = keys.current();
    byte[] id = (current.id() + ":").getBytes(StandardCharsets.US_ASCII);
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] sealed;
    try {
      sealed = cipher(Cipher.ENCRYPT_MODE, current, nonce, key).doFinal(value);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot encrypt " + key, e);
    }
    byte[] stored = new byte[PREFIX.length + id.length + NONCE_BYTES + sealed.length];
    System.arraycopy(PREFIX, 0, stored, 0, PREFIX.length);
    System.arraycopy(id, 0, stored, PREFIX.length, id.length);
    System.arraycopy(nonce, 0, stored, PREFIX.length + id.length, NONCE_BYTES);
    System.arraycopy(sealed, 0, stored, PREFIX.length + id.length + NONCE_BYTES, sealed.length);
    return stored;
  }

  @Override
  public byte[] fromStored(String key, byte[] stored) {
    if (!isEncrypted(stored)) {
      // Written before encryption was switched on; the next write encrypts it.
      return stored;
    }
    String id = keyId(stored).orElseThrow(() -> new DecryptionException(key + " is damaged"));
    EncryptionKeys.Key secret =
        keys.byId(id)
            .orElseThrow(
                () -> new DecryptionException(key + " needs encryption key " + id + ": not here"));
    int start = PREFIX.length + id.length() + 1;
    if (stored.length < start + NONCE_BYTES + TAG_BITS / Byte.SIZE) {
      throw new DecryptionException(key + " is cut short");
    }
    byte[] nonce = java.util.Arrays.copyOfRange(stored, start, start + NONCE_BYTES);
    int from = start + NONCE_BYTES;
    try {
      return cipher(Cipher.DECRYPT_MODE, secret, nonce, key)
          .doFinal(stored, from, stored.length - from);
    } catch (AEADBadTagException e) {
      throw new DecryptionException(key + " was changed or moved, or the key is wrong", e);
    } catch (GeneralSecurityException e) {
      throw new DecryptionException(key + " cannot be decrypted", e);
    }
  }

  /** True when a value should be written again: plain, or under a key that is not the current. */
  public boolean isStale(String key, byte[] stored) {
    return covers(key) && !keyId(stored).equals(Optional.of(keys.current().id()));
  }

  private boolean covers(String key) {
    for (String prefix : keyPrefixes) {
      if (key.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEncrypted(byte[] stored) {
    return stored.length >= PREFIX.length
        && java.util.Arrays.equals(stored, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
  }

  private static Optional<String> keyId(byte[] stored) {
    if (!isEncrypted(stored)) {
      return Optional.empty();
    }
    int end = Math.min(stored.length, PREFIX.length + ID_CHARS_MAX + 1);
    for (int i = PREFIX.length; i < end; i++) {
      if (stored[i] == ':') {
        return Optional.of(
            new String(stored, PREFIX.length, i - PREFIX.length, StandardCharsets.US_ASCII));
      }
    }
    return Optional.empty();
  }

  private static Cipher cipher(int mode, EncryptionKeys.Key key, byte[] nonce, String storeKey)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key.secret(), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(storeKey.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}

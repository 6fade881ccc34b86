package dev.wherry.apiserver.secrets;

import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.PrivateFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The AES-256 keys, newest first: the first encrypts, all decrypt. Kept in one 0600 file, a line
 * {@code <key id> <Base64 of 32 bytes>} for each, outside the database directory, so that a copy of
 * the database alone reveals nothing.
 *
 * @param keys at least one
 */
public record EncryptionKeys(List<Key> keys) {
  private static final int KEY_BYTES = 32;
  private static final int ID_BYTES = 4;
  private static final int KEYS_MAX = 16;

  /**
   * One key.
   *
   * @param id lower-case letters and digits; part of every value it encrypts
   * @param secret the AES key
   */
  public record Key(String id, SecretKey secret) {}

  /** Refuses none and more than sixteen keys. */
  public EncryptionKeys {
    keys = List.copyOf(keys);
    if (keys.isEmpty() || keys.size() > KEYS_MAX) {
      throw new PkiException("need 1 to " + KEYS_MAX + " encryption keys, found " + keys.size());
    }
  }

  /** Reads the file, or makes it with one fresh key. */
  public static EncryptionKeys openOrCreate(Path file, SecureRandom random) {
    if (Files.exists(file)) {
      return parse(file, PrivateFiles.read(file));
    }
    EncryptionKeys fresh = new EncryptionKeys(List.of(newKey(random)));
    fresh.write(file);
    return fresh;
  }

  /** These keys behind a fresh one; values written from now on use the fresh key. */
  public EncryptionKeys rotated(SecureRandom random) {
    List<Key> all = new ArrayList<>();
    all.add(newKey(random));
    all.addAll(keys);
    return new EncryptionKeys(all);
  }

  /** Writes the file atomically with mode 0600. */
  public void write(Path file) {
    StringBuilder text = new StringBuilder();
    for (Key key : keys) {
      String secret = Base64.getEncoder().encodeToString(key.secret().getEncoded());
      text.append(key.id()).append(' ').append(secret).append('\n');
    }
    PrivateFiles.writeSecret(file, text.toString());
  }

  /** The key that encrypts. */
  public Key current() {
    return keys.getFirst();
  }

  /** The key with an id. */
  public Optional<Key> byId(String id) {
    return keys.stream().filter(key -> key.id().equals(id)).findFirst();
  }

  private static Key newKey(SecureRandom random) {
    byte[] id = new byte[ID_BYTES];
    byte[] secret = new byte[KEY_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    return new Key(HexFormat.of().formatHex(id), new SecretKeySpec(secret, "AES"));
  }

  private static EncryptionKeys parse(Path file, String text) {
    List<Key> keys = new ArrayList<>();
    for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
      String[] parts = line.trim().split(" ", -1);
      byte[] secret = parts.length == 2 ? decode(parts[1]) : new byte[0];
      if (secret.length != KEY_BYTES || !parts[0].matches("[a-z0-9]{1,32}")) {
        throw new PkiException("line " + (keys.size() + 1) + " of " + file + " holds no key");
      }
      keys.add(new Key(parts[0], new SecretKeySpec(secret, "AES")));
    }
    return new EncryptionKeys(keys);
  }

  private static byte[] decode(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      return new byte[0];
    }
  }
}

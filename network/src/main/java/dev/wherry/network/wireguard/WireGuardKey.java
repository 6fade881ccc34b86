package dev.wherry.network.wireguard;

import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.model.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.KeyAgreement;

/**
 * A node's key pair on Curve25519 (RFC 7748), each half 32 bytes, little endian, as WireGuard has
 * them.
 */
public record WireGuardKey(Bytes privateKey, Bytes publicKey) {
  /** Of a key, in bytes. */
  public static final int BYTES = 32;

  private static final String ALGORITHM = "X25519";

  /** The u-coordinate of the curve's base point. */
  private static final BigInteger BASE = BigInteger.valueOf(9);

  /** The pair of a private half. */
  static WireGuardKey of(byte[] privateKey) {
    try {
      KeyFactory factory = KeyFactory.getInstance(ALGORITHM);
      KeyAgreement product = KeyAgreement.getInstance(ALGORITHM);
      product.init(
          factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
      // What two parties agree on is the product of one's private half and the other's point.
      product.doPhase(
          factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BASE)), true);
      return new WireGuardKey(Bytes.copyOf(privateKey), Bytes.copyOf(product.generateSecret()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
    }
  }

  /** A new pair, its private half clamped as {@code wg genkey} does. */
  static WireGuardKey generate(SecureRandom random) {
    byte[] scalar = new byte[BYTES];
    random.nextBytes(scalar);
    scalar[0] &= (byte) 0xf8;
    scalar[BYTES - 1] &= 0x7f;
    scalar[BYTES - 1] |= 0x40;
    return of(scalar);
  }

  /**
   * The pair whose private half a file holds in base64, as {@code wg genkey} prints it; the file is
   * made, mode 0600, where there is none.
   *
   * @throws IOException with a sentence, when it holds something else or cannot be read
   */
  public static WireGuardKey in(Path file, SecureRandom random) throws IOException {
    if (!Files.exists(file)) {
      WireGuardKey made = generate(random);
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        PrivateFiles.createDirectory(folder);
      }
      PrivateFiles.writeSecret(file, text(made.privateKey()) + "\n");
      return made;
    }
    Bytes held =
        parse(Files.readString(file).strip())
            .orElseThrow(() ->
                new IOException(
                    file
                        + " holds no WireGuard key: remove it, and a new one is made at the start"));
    return of(held.toArray());
  }

  /** A half in base64. */
  public static String text(Bytes half) {
    return Base64.getEncoder().encodeToString(half.toArray());
  }

  /** Reads a half; empty for anything else than 32 bytes in base64. */
  public static Optional<Bytes> parse(String text) {
    try {
      byte[] half = Base64.getDecoder().decode(text);
      return half.length == BYTES ? Optional.of(Bytes.copyOf(half)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

package dev.wherry.machinery.pki;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Private keys on P-256 that carry their public point, as OpenSSL writes them (RFC 5915, section 3,
 * in PKCS#8). Java leaves the point out, and to find it again costs a multiplication on the curve.
 */
final class P256Keys {
  private static final int SCALAR_BYTES = 32;

  /** Uncompressed: 4, x, y. */
  private static final int POINT_BYTES = 1 + 2 * SCALAR_BYTES;

  /** PKCS#8 version 0, id-ecPublicKey with prime256v1, ECPrivateKey version 1, 32 octets follow. */
  private static final byte[] BEFORE_SCALAR =
      HexFormat.of()
          .parseHex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420");

  /** Element 1, a bit string without unused bits, 65 octets follow. */
  private static final byte[] BEFORE_POINT = HexFormat.of().parseHex("a144034200");

  private static final int POINT_AT = BEFORE_SCALAR.length + SCALAR_BYTES + BEFORE_POINT.length;

  private P256Keys() {}

  /** The same pair; its private key carries the public point from now on. */
  static KeyPair withPublicPoint(KeyPair pair) throws GeneralSecurityException {
    byte[] encoded = new byte[POINT_AT + POINT_BYTES];
    System.arraycopy(BEFORE_SCALAR, 0, encoded, 0, BEFORE_SCALAR.length);
    byte[] scalar = ((ECPrivateKey) pair.getPrivate()).getS().toByteArray();
    int kept = Math.min(scalar.length, SCALAR_BYTES);
    int scalarEnd = BEFORE_SCALAR.length + SCALAR_BYTES;
    System.arraycopy(scalar, scalar.length - kept, encoded, scalarEnd - kept, kept);
    System.arraycopy(BEFORE_POINT, 0, encoded, scalarEnd, BEFORE_POINT.length);
    System.arraycopy(point(pair.getPublic()), 0, encoded, POINT_AT, POINT_BYTES);
    PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    return new KeyPair(pair.getPublic(), key);
  }

  /** The point that a private key carries; empty for other curves and keys of other programs. */
  static Optional<byte[]> publicPoint(PrivateKey key) {
    byte[] encoded = key.getEncoded();
    if (encoded == null
        || encoded.length != POINT_AT + POINT_BYTES
        || !isAt(encoded, 0, BEFORE_SCALAR)
        || !isAt(encoded, POINT_AT - BEFORE_POINT.length, BEFORE_POINT)) {
      return Optional.empty();
    }
    return Optional.of(Arrays.copyOfRange(encoded, POINT_AT, encoded.length));
  }

  private static boolean isAt(byte[] bytes, int from, byte[] wanted) {
    return Arrays.equals(bytes, from, from + wanted.length, wanted, 0, wanted.length);
  }

  /** What a public key on P-256 ends with. */
  static byte[] point(PublicKey key) {
    byte[] encoded = key.getEncoded();
    return Arrays.copyOfRange(encoded, Math.max(0, encoded.length - POINT_BYTES), encoded.length);
  }
}

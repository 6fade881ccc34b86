package dev.wherry.machinery.pki;

import java.io.IOException;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Private keys in the forms that came before PKCS#8, brought into it. */
final class OlderKeys {
  private OlderKeys() {}

  /** From an {@code EC PRIVATE KEY} (SEC 1, RFC 5915). */
  static byte[] fromSec1(byte[] der) {
    try {
      ECPrivateKey key = ECPrivateKey.getInstance(der);
      var algorithm =
          new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject());
      return new PrivateKeyInfo(algorithm, key).getEncoded();
    } catch (IOException | IllegalArgumentException e) {
      throw new PkiException("not an EC private key", e);
    }
  }

  /** From an {@code RSA PRIVATE KEY} (PKCS#1, RFC 8017). */
  static byte[] fromPkcs1(byte[] der) {
    try {
      RSAPrivateKey key = RSAPrivateKey.getInstance(der);
      var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption);
      return new PrivateKeyInfo(algorithm, key).getEncoded();
    } catch (IOException | IllegalArgumentException e) {
      throw new PkiException("not an RSA private key", e);
    }
  }
}

package dev.wherry.machinery.pki;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A private key and the certificate chain that certifies it, leaf first.
 *
 * @param key the private key
 * @param chain at least the leaf
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
  /** Refuses an empty chain. */
  public TlsIdentity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new PkiException("an identity needs a certificate");
    }
  }

  /**
   * Takes key and chain from PEM texts.
   *
   * @throws PkiException when they do not belong together
   */
  public static TlsIdentity parse(String certificatePem, String keyPem) {
    TlsIdentity identity =
        new TlsIdentity(Pem.privateKey(keyPem), Pem.certificates(certificatePem));
    if (!KeyPairs.match(identity.key(), identity.leaf().getPublicKey())) {
      throw new PkiException("the private key does not belong to the certificate");
    }
    return identity;
  }

  /** Reads {@code certificate} and {@code key} files. */
  public static TlsIdentity read(Path certificate, Path key) {
    return parse(PrivateFiles.read(certificate), PrivateFiles.read(key));
  }

  /** Writes the key (0600), then the chain (0644), each atomically. */
  public void write(Path certificate, Path key) {
    PrivateFiles.writeSecret(key, keyPem());
    PrivateFiles.writePublic(certificate, certificatePem());
  }

  /** The certificate of the key. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /** The chain in PEM. */
  public String certificatePem() {
    return Pem.certificates(chain);
  }

  /** The key in PEM (PKCS#8). */
  public String keyPem() {
    return Pem.privateKey(key);
  }

  /** When the certificate ends. */
  public Instant notAfter() {
    return leaf().getNotAfter().toInstant();
  }

  /**
   * The moment to renew: after {@code fraction} (0 to 1) of the certificate's life. The kubelet
   * takes a random fraction between 0.7 and 0.9 so that a fleet does not renew at once.
   */
  public Instant renewAt(double fraction) {
    Instant start = leaf().getNotBefore().toInstant();
    long lifeMillis = Duration.between(start, notAfter()).toMillis();
    return start.plusMillis((long) (lifeMillis * fraction));
  }
}

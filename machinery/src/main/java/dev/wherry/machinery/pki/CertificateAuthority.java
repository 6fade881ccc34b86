package dev.wherry.machinery.pki;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;

/**
 * A private certificate authority: one self-signed certificate and its key. Immutable and safe for
 * every thread. Certificates start five minutes in the past, so that a node whose clock is a little
 * behind accepts them, and never outlive the authority.
 */
public final class CertificateAuthority {
  private static final Duration BACKDATE = Duration.ofMinutes(5);
  private static final int SERIAL_BITS = 127;

  private final X509Certificate certificate;
  private final PrivateKey key;
  private final InstantSource clock;
  private final SecureRandom random;

  private CertificateAuthority(
      X509Certificate certificate, PrivateKey key, InstantSource clock, SecureRandom random) {
    this.certificate = certificate;
    this.key = key;
    this.clock = clock;
    this.random = random;
  }

  /** Makes a new authority with a fresh key. */
  public static CertificateAuthority create(
      String commonName, Duration lifetime, InstantSource clock, SecureRandom random) {
    KeyPair keys = KeyPairs.generate(random);
    Instant now = clock.instant();
    X509Certificate certificate =
        new Issuance(new BigInteger(SERIAL_BITS, random), now.minus(BACKDATE), now.plus(lifetime))
            .selfSigned(Subject.of(commonName), keys);
    return new CertificateAuthority(certificate, keys.getPrivate(), clock, random);
  }

  /**
   * Takes an authority from its PEM texts.
   *
   * @throws PkiException when key and certificate do not belong together, or it is no authority
   */
  public static CertificateAuthority load(
      String certificatePem, String keyPem, InstantSource clock, SecureRandom random) {
    X509Certificate certificate = Pem.certificate(certificatePem);
    PrivateKey key = Pem.privateKey(keyPem);
    if (certificate.getBasicConstraints() < 0) {
      throw new PkiException("the certificate is not one of a certificate authority");
    }
    if (!KeyPairs.match(key, certificate.getPublicKey())) {
      throw new PkiException("the authority's key does not belong to its certificate");
    }
    return new CertificateAuthority(certificate, key, clock, random);
  }

  /** The authority's own certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** The certificate in PEM: what clients pin and {@code kube-root-ca.crt} holds. */
  public String certificatePem() {
    return Pem.certificates(java.util.List.of(certificate));
  }

  /** The private key in PEM, to be written to a 0600 file and nowhere else. */
  public String keyPem() {
    return Pem.privateKey(key);
  }

  /** Lower-case hex SHA-256 of the certificate's DER: the pin inside a join token. */
  public String fingerprint() {
    return fingerprint(certificate);
  }

  /** Lower-case hex SHA-256 of any certificate's DER. */
  public static String fingerprint(X509Certificate certificate) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(hash);
    } catch (CertificateEncodingException | NoSuchAlgorithmException e) {
      throw new PkiException("the certificate cannot be hashed", e);
    }
  }

  /** Issues for a fresh key pair and returns both. */
  public TlsIdentity issue(
      Subject subject, AlternativeNames names, CertificateUse use, Duration lifetime) {
    return issue(KeyPairs.generate(random), subject, names, use, lifetime);
  }

  /** Issues for a key pair and returns both. */
  public TlsIdentity issue(
      KeyPair keys,
      Subject subject,
      AlternativeNames names,
      CertificateUse use,
      Duration lifetime) {
    X509Certificate leaf = issue(keys.getPublic(), subject, names, use, lifetime);
    return new TlsIdentity(keys.getPrivate(), java.util.List.of(leaf));
  }

  /**
   * Issues for the key of a request whose subject and names the caller has approved. The request's
   * own subject and names are taken; its other wishes are ignored.
   */
  public X509Certificate issue(CertificateRequest request, CertificateUse use, Duration lifetime) {
    return issue(request.publicKey(), request.subject(), request.names(), use, lifetime);
  }

  /** Issues for a given public key. */
  public X509Certificate issue(
      PublicKey subjectKey,
      Subject subject,
      AlternativeNames names,
      CertificateUse use,
      Duration lifetime) {
    Instant now = clock.instant();
    Instant end = now.plus(lifetime);
    Instant authorityEnd = certificate.getNotAfter().toInstant();
    if (!now.isBefore(authorityEnd)) {
      throw new PkiException("the certificate authority expired at " + authorityEnd);
    }
    Instant notAfter = end.isAfter(authorityEnd) ? authorityEnd : end;
    Instant notBefore = laterOf(now.minus(BACKDATE), certificate.getNotBefore().toInstant());
    return new Issuance(new BigInteger(SERIAL_BITS, random), notBefore, notAfter)
        .leaf(certificate, key, subjectKey, subject, names, use);
  }

  private static Instant laterOf(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}

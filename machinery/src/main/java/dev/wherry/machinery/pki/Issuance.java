package dev.wherry.machinery.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * One certificate to be signed: its number and its time.
 *
 * <p>Issuing needs Bouncy Castle, reading does not: a start that issues nothing never opens its
 * archive, which is signed and takes 200 ms to verify.
 */
record Issuance(BigInteger serial, Instant notBefore, Instant notAfter) {

  /** An authority's own certificate. */
  X509Certificate selfSigned(Subject subject, KeyPair keys) {
    X500Name name = IssuedNames.subject(subject);
    try {
      X509v3CertificateBuilder builder = builder(name, name, keys.getPublic());
      var usage =
          new KeyUsage(KeyUsage.keyCertSign | KeyUsage.digitalSignature | KeyUsage.keyEncipherment);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(Extension.keyUsage, true, usage);
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      return sign(builder, keys.getPrivate());
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new PkiException("the authority's certificate cannot be built", e);
    }
  }

  /** A certificate that cannot sign others. */
  X509Certificate leaf(
      X509Certificate issuer,
      PrivateKey issuerKey,
      PublicKey subjectKey,
      Subject subject,
      AlternativeNames names,
      CertificateUse use) {
    try {
      X509v3CertificateBuilder builder =
          builder(
              X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
              IssuedNames.subject(subject),
              subjectKey);
      // Only RSA keys are ever used to encipher a TLS secret; others just sign.
      int enciphers = subjectKey.getAlgorithm().equals("RSA") ? KeyUsage.keyEncipherment : 0;
      var usage = new KeyUsage(KeyUsage.digitalSignature | enciphers);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, usage);
      builder.addExtension(Extension.extendedKeyUsage, false, IssuedNames.usage(use));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(issuer));
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName, false, IssuedNames.alternatives(names));
      }
      return sign(builder, issuerKey);
    } catch (IOException | java.security.GeneralSecurityException e) {
      throw new PkiException("the certificate for " + subject.commonName() + " failed", e);
    }
  }

  private X509v3CertificateBuilder builder(X500Name issuer, X500Name subject, PublicKey key) {
    return new JcaX509v3CertificateBuilder(
        issuer, serial, Date.from(notBefore), Date.from(notAfter), subject, key);
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
    try {
      var signer = new JcaContentSignerBuilder(KeyPairs.signatureAlgorithm(key)).build(key);
      return Pem.certificate(builder.build(signer).getEncoded());
    } catch (OperatorCreationException | IOException e) {
      throw new PkiException("the certificate cannot be signed", e);
    }
  }
}

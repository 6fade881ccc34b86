package dev.wherry.machinery.pki;

import java.io.IOException;
import java.security.KeyPair;
import java.security.PublicKey;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A PKCS#10 certificate signing request: what {@code CertificateSigningRequest.spec.request} holds.
 *
 * @param subject the subject asked for
 * @param names the alternative names asked for
 * @param publicKey the key to certify; its owner has proven to hold the private half
 * @param der the request itself
 */
public record CertificateRequest(
    Subject subject, AlternativeNames names, PublicKey publicKey, byte[] der) {

  /** Builds and signs a request. */
  public static CertificateRequest create(KeyPair keys, Subject subject, AlternativeNames names) {
    try {
      var builder = new JcaPKCS10CertificationRequestBuilder(subject.toName(), keys.getPublic());
      if (!names.isEmpty()) {
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.subjectAlternativeName, false, names.toGeneralNames());
        builder.addAttribute(
            org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
            extensions.generate());
      }
      var signer =
          new JcaContentSignerBuilder(KeyPairs.signatureAlgorithm(keys.getPrivate()))
              .build(keys.getPrivate());
      byte[] der = builder.build(signer).getEncoded();
      return new CertificateRequest(subject, names, keys.getPublic(), der);
    } catch (OperatorCreationException | IOException e) {
      throw new PkiException("the certificate request cannot be built", e);
    }
  }

  /**
   * Reads a request in PEM and verifies its signature.
   *
   * @throws PkiException when the text holds no request, or the signature is not by its key
   */
  public static CertificateRequest parsePem(String pem) {
    for (Pem.Block block : Pem.blocks(pem)) {
      if (block.label().equals(Pem.CERTIFICATE_REQUEST)
          || block.label().equals("NEW CERTIFICATE REQUEST")) {
        return parse(block.der());
      }
    }
    throw new PkiException("PEM block type must be CERTIFICATE REQUEST");
  }

  /** Reads a request in DER and verifies its signature. */
  public static CertificateRequest parse(byte[] der) {
    try {
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
      PublicKey key = Pem.subjectPublicKey(request.getSubjectPublicKeyInfo().getEncoded());
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new PkiException("the request's signature is not by its own key");
      }
      return new CertificateRequest(
          Subject.of(request.getSubject()), requestedNames(request), key, der);
    } catch (IOException | OperatorCreationException | PKCSException e) {
      throw new PkiException("not a PKCS#10 certificate request", e);
    } catch (IllegalArgumentException | ClassCastException | IllegalStateException e) {
      throw new PkiException("malformed PKCS#10 certificate request", e);
    }
  }

  /** The request in PEM. */
  public String toPem() {
    return Pem.encode(Pem.CERTIFICATE_REQUEST, der);
  }

  private static AlternativeNames requestedNames(PKCS10CertificationRequest request) {
    Extensions extensions = request.getRequestedExtensions();
    if (extensions == null) {
      return AlternativeNames.NONE;
    }
    GeneralNames names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    return names == null ? AlternativeNames.NONE : AlternativeNames.of(names);
  }
}

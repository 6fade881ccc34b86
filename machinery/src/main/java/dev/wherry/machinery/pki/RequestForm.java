package dev.wherry.machinery.pki;

import java.io.IOException;
import java.security.KeyPair;
import java.security.PublicKey;
import javax.security.auth.x500.X500Principal;
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
 * PKCS#10 written and read with Bouncy Castle, as {@link Issuance} is: out of the way of a start.
 */
final class RequestForm {
  private RequestForm() {}

  /** The DER of a request, signed with its own key. */
  static byte[] sign(KeyPair keys, Subject subject, AlternativeNames names) {
    try {
      var builder =
          new JcaPKCS10CertificationRequestBuilder(IssuedNames.subject(subject), keys.getPublic());
      if (!names.isEmpty()) {
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(
            Extension.subjectAlternativeName, false, IssuedNames.alternatives(names));
        builder.addAttribute(
            org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
            extensions.generate());
      }
      var signer =
          new JcaContentSignerBuilder(KeyPairs.signatureAlgorithm(keys.getPrivate()))
              .build(keys.getPrivate());
      return builder.build(signer).getEncoded();
    } catch (OperatorCreationException | IOException e) {
      throw new PkiException("the certificate request cannot be built", e);
    }
  }

  /** Reads a request and verifies its signature. */
  static CertificateRequest read(byte[] der) {
    try {
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
      PublicKey key = Pem.subjectPublicKey(request.getSubjectPublicKeyInfo().getEncoded());
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new PkiException("the request's signature is not by its own key");
      }
      return new CertificateRequest(
          Subject.of(new X500Principal(request.getSubject().getEncoded())),
          requestedNames(request),
          key,
          der);
    } catch (IOException | OperatorCreationException | PKCSException e) {
      throw new PkiException("not a PKCS#10 certificate request", e);
    } catch (IllegalArgumentException | ClassCastException | IllegalStateException e) {
      throw new PkiException("malformed PKCS#10 certificate request", e);
    }
  }

  private static AlternativeNames requestedNames(PKCS10CertificationRequest request) {
    Extensions extensions = request.getRequestedExtensions();
    if (extensions == null) {
      return AlternativeNames.NONE;
    }
    GeneralNames names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    return names == null ? AlternativeNames.NONE : IssuedNames.alternatives(names);
  }
}

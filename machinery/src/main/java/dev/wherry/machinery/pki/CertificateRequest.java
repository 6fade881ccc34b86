package dev.wherry.machinery.pki;

import java.security.KeyPair;
import java.security.PublicKey;

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
    return new CertificateRequest(
        subject, names, keys.getPublic(), RequestForm.sign(keys, subject, names));
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
    return RequestForm.read(der);
  }

  /** The request in PEM. */
  public String toPem() {
    return Pem.encode(Pem.CERTIFICATE_REQUEST, der);
  }
}

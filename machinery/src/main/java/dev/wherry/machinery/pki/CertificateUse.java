package dev.wherry.machinery.pki;

import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** What a certificate may be used for: its extended key usage. */
public enum CertificateUse {
  /** TLS client authentication. */
  CLIENT,
  /** TLS server authentication. */
  SERVER,
  /** Both, as the legacy-unknown signer and peers need. */
  CLIENT_AND_SERVER;

  List<KeyPurposeId> purposes() {
    return switch (this) {
      case CLIENT -> List.of(KeyPurposeId.id_kp_clientAuth);
      case SERVER -> List.of(KeyPurposeId.id_kp_serverAuth);
      case CLIENT_AND_SERVER ->
          List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth);
    };
  }
}

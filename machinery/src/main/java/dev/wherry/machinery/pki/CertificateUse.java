package dev.wherry.machinery.pki;

/** What a certificate may be used for: its extended key usage. */
public enum CertificateUse {
  /** TLS client authentication. */
  CLIENT,
  /** TLS server authentication. */
  SERVER,
  /** Both, as the legacy-unknown signer and peers need. */
  CLIENT_AND_SERVER
}

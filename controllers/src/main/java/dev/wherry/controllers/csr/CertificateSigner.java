package dev.wherry.controllers.csr;

import dev.wherry.machinery.pki.CertificateRequest;
import dev.wherry.machinery.pki.CertificateUse;
import java.time.Duration;

/** Signs what was approved. The composition root implements it with the cluster's authority. */
@FunctionalInterface
public interface CertificateSigner {
  /**
   * @return the chain in PEM, leaf first
   */
  String sign(CertificateRequest request, CertificateUse use, Duration lifetime);
}

package dev.wherry.controllers.csr;

import dev.wherry.model.certificates.v1.CertificateSigningRequest;
import dev.wherry.model.certificates.v1.CertificateSigningRequestCondition;
import java.time.Duration;
import java.time.Instant;

/** How long a request is kept (kube-controller-manager certificates/cleaner). */
final class RequestAge {
  static final Duration DECIDED = Duration.ofHours(1);
  static final Duration PENDING = Duration.ofHours(24);

  private RequestAge() {}

  /**
   * @return the time left; zero or less when the request is to be deleted
   */
  static Duration left(CertificateSigningRequest csr, Instant now) {
    Instant since = csr.metadata().creationTimestamp();
    Duration kept = PENDING;
    for (CertificateSigningRequestCondition condition : csr.status().conditions()) {
      Instant updated = condition.lastUpdateTime();
      if (updated != null && (since == null || updated.isAfter(since))) {
        since = updated;
      }
      kept = DECIDED;
    }
    return since == null ? kept : Duration.between(now, since.plus(kept));
  }
}

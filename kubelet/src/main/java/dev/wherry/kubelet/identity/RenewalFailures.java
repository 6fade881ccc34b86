package dev.wherry.kubelet.identity;

import dev.wherry.machinery.figures.MetricsText;
import java.util.concurrent.atomic.LongAdder;

/** How often a certificate could not be had, by upstream's names. Any thread. */
final class RenewalFailures {
  private final LongAdder client = new LongAdder();
  private final LongAdder serving = new LongAdder();

  /**
   * @param ofClient whether it is the client certificate, else the serving one
   */
  void add(boolean ofClient) {
    (ofClient ? client : serving).increment();
  }

  void write(MetricsText page) {
    page.counter(
        "kubelet_certificate_manager_client_expiration_renew_errors",
        "[ALPHA] Failures to renew the client certificate.",
        client.sum());
    page.counter(
        "kubelet_server_expiration_renew_errors",
        "[ALPHA] Failures to renew the server certificate.",
        serving.sum());
  }
}

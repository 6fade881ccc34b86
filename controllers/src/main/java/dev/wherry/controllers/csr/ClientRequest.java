package dev.wherry.controllers.csr;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Requests for certificates of any client of the API server: a person approves them, then they are
 * signed (kube-controller-manager certificates signer, validAPIServerClientUsages).
 */
final class ClientRequest {
  static final String SIGNER = "kubernetes.io/kube-apiserver-client";

  private static final String CLIENT_AUTH = "client auth";
  private static final Set<String> OPTIONAL = Set.of("digital signature", "key encipherment");

  private ClientRequest() {}

  /**
   * @return why the signer refuses, or empty
   */
  static Optional<String> refusal(List<String> usages) {
    for (String usage : usages) {
      if (!usage.equals(CLIENT_AUTH) && !OPTIONAL.contains(usage)) {
        return Optional.of("invalid usage for client certificate: " + usage);
      }
    }
    return usages.contains(CLIENT_AUTH)
        ? Optional.empty()
        : Optional.of("missing required usage for client certificate: " + CLIENT_AUTH);
  }
}

package dev.wherry.kubelet.env;

import java.util.List;

/**
 * Addresses a pod may ask for.
 *
 * @param podIps its own, the primary first; with the host's network the host's
 * @param hostIp the node's
 */
public record PodAddresses(List<String> podIps, String hostIp) {
  public PodAddresses {
    podIps = List.copyOf(podIps);
  }
}

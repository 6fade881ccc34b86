package dev.wherry.kubelet.env;

import java.util.List;

/**
 * Addresses a pod may ask for.
 *
 * @param podIps its own, the primary first; with the host's network the host's
 * @param hostIps the node's, the primary first
 */
public record PodAddresses(List<String> podIps, List<String> hostIps) {
  public PodAddresses {
    podIps = List.copyOf(podIps);
    hostIps = List.copyOf(hostIps);
  }
}

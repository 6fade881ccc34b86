package dev.wherry.network.proxy;

import java.util.List;
import java.util.Optional;

/**
 * What the plan needs to know of this node.
 *
 * @param podCidrs at most one per family; traffic from there is pods' own
 * @param bridgeFiltered whether packets between ports of a bridge pass nftables too
 * @param zone where the node stands; "" where nobody said
 */
public record NodeFacts(String nodeName, List<Cidr> podCidrs, boolean bridgeFiltered, String zone) {
  public NodeFacts {
    podCidrs = List.copyOf(podCidrs);
  }

  /** A node that stands nowhere in particular. */
  public NodeFacts(String nodeName, List<Cidr> podCidrs, boolean bridgeFiltered) {
    this(nodeName, podCidrs, bridgeFiltered, "");
  }

  Optional<Cidr> pods(AddressFamily family) {
    return podCidrs.stream().filter(cidr -> cidr.family() == family).findFirst();
  }
}

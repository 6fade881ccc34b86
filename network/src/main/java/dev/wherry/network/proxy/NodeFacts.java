package dev.wherry.network.proxy;

import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * What the plan needs to know of this node.
 *
 * @param podCidrs at most one per family; traffic from there is pods' own
 * @param clusterPods all nodes' ranges in as few as can be; what leaves them is masqueraded. None
 *     where the pod network is another's
 * @param bridgeFiltered whether packets between ports of a bridge pass nftables too
 * @param zone where the node stands; "" where nobody said
 */
public record NodeFacts(
    String nodeName,
    List<Cidr> podCidrs,
    List<Cidr> clusterPods,
    boolean bridgeFiltered,
    String zone) {
  public NodeFacts {
    podCidrs = List.copyOf(podCidrs);
    clusterPods = List.copyOf(clusterPods);
  }

  /** A node that stands nowhere in particular, on another's pod network. */
  public NodeFacts(String nodeName, List<Cidr> podCidrs, boolean bridgeFiltered) {
    this(nodeName, podCidrs, List.of(), bridgeFiltered, "");
  }

  /** The ranges of the cluster's pods, as far as they are known. */
  List<Cidr> known(AddressFamily family) {
    List<Cidr> all = clusterPods.isEmpty() ? podCidrs : clusterPods;
    return all.stream().filter(cidr -> cidr.family() == family).toList();
  }

  Optional<Cidr> pods(AddressFamily family) {
    return podCidrs.stream().filter(cidr -> cidr.family() == family).findFirst();
  }
}

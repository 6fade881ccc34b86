package dev.wherry.network.policy;

import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.network.rules.AddressFamily;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A node as the other side of packets: the addresses of its status, inner and outer ones.
 *
 * @param labels by which it is chosen
 */
record PolicyNode(Map<String, String> labels, List<Bytes> addresses) {
  private static final Set<String> TYPES = Set.of("InternalIP", "ExternalIP");

  PolicyNode {
    labels = Map.copyOf(labels);
    addresses = List.copyOf(addresses);
  }

  static PolicyNode of(Node node) {
    Set<Bytes> addresses = new LinkedHashSet<>();
    for (NodeAddress each : node.status().addresses()) {
      if (TYPES.contains(each.type())) {
        literal(each.address()).ifPresent(addresses::add);
      }
    }
    return new PolicyNode(node.metadata().labels(), List.copyOf(addresses));
  }

  /** Nodes write these themselves: one that writes no address must not hold up everybody's. */
  private static Optional<Bytes> literal(String address) {
    try {
      return Optional.of(Bytes.copyOf(InetAddress.ofLiteral(address).getAddress()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  List<Bytes> addresses(AddressFamily family) {
    return family.of(addresses);
  }
}

package dev.wherry.network.nodes;

import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node as its Node object describes it.
 *
 * @param ready whether its agent reports
 * @param addresses its internal ones, in the order of preference
 * @param pods its pods' ranges, at most one per family
 * @param key of a node that encrypts
 */
record Peer(
    String name,
    boolean ready,
    List<Bytes> addresses,
    List<Cidr> pods,
    Optional<PublishedKey> key) {
  private static final String INTERNAL = "InternalIP";

  Peer {
    addresses = List.copyOf(addresses);
    pods = List.copyOf(pods);
  }

  /**
   * @throws IllegalArgumentException when an address or range is none
   */
  static Peer of(Node node) {
    return new Peer(
        node.metadata().name(),
        isReady(node),
        node.status().addresses().stream()
            .filter(address -> address.type().equals(INTERNAL))
            .map(address -> Bytes.copyOf(InetAddress.ofLiteral(address.address()).getAddress()))
            .toList(),
        node.spec().podCIDRs().stream().map(Cidr::parse).toList(),
        PublishedKey.of(node));
  }

  /**
   * All that can be read.
   *
   * @param wrong gets a sentence about each other
   */
  static List<Peer> all(List<Node> nodes, List<String> wrong) {
    List<Peer> peers = new ArrayList<>();
    for (Node each : nodes) {
      try {
        peers.add(of(each));
      } catch (IllegalArgumentException e) {
        wrong.add("node " + each.metadata().name() + ": " + e.getMessage());
      }
    }
    return peers;
  }

  /** The same with the key that it has, whatever its object says. */
  Peer withKey(Optional<PublishedKey> own) {
    return new Peer(name, ready, addresses, pods, own);
  }

  /** Whether two states of a node are the same to others. */
  static boolean isSame(Node before, Node now) {
    return before.spec().podCIDRs().equals(now.spec().podCIDRs())
        && before.status().addresses().equals(now.status().addresses())
        && isReady(before) == isReady(now)
        && PublishedKey.of(before).equals(PublishedKey.of(now));
  }

  /** Whether a node's agent reports. */
  static boolean isReady(Node node) {
    return node.status().conditions().stream()
        .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True"));
  }

  /** Its first address of a family. */
  Optional<Bytes> address(AddressFamily family) {
    return addresses.stream().filter(address -> address.length() == family.bytes()).findFirst();
  }
}

package dev.wherry.network.nodes;

import dev.wherry.model.Bytes;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.Route;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel of a node must have so that its pods reach those of all others. Pure.
 *
 * @param direct routes over links of this host
 * @param tunnel for nodes that are neighbours on none of them
 * @param podMtu for pods' interfaces, in bytes
 * @param unreachable why some nodes' pods cannot be reached
 */
record NodesPlan(
    List<Route> direct, Optional<Tunnel> tunnel, int podMtu, List<String> unreachable) {
  /** The number of our VXLAN: another than flannel's 1, which may be on the same port. */
  static final int VXLAN_NETWORK = 0x57;

  /** Linux' own port for VXLAN, which flannel uses too. */
  static final int VXLAN_PORT = 8472;

  /** Inner Ethernet, VXLAN, UDP and outer IPv4 header (RFC 7348). */
  static final int OVERHEAD_BYTES = 50;

  private static final int IPV6_MORE_BYTES = 20;
  private static final int MTU_DEFAULT = 1500;
  private static final int HARDWARE_BYTES = 6;

  /** A locally administered address; the rest is the pods' range. */
  private static final byte[] HARDWARE_START = {0x02, 0x57};

  NodesPlan {
    direct = List.copyOf(direct);
    unreachable = List.copyOf(unreachable);
  }

  /**
   * This node's end of the VXLAN.
   *
   * @param hardware its address in the tunnel
   * @param addresses its IP addresses in the tunnel, one per family: senders on this host
   */
  record Tunnel(
      Link.Vxlan device, Bytes hardware, int mtu, List<Bytes> addresses, List<Beyond> beyond) {
    Tunnel {
      addresses = List.copyOf(addresses);
      beyond = List.copyOf(beyond);
    }
  }

  /**
   * Pods of another node beyond the tunnel.
   *
   * @param relayed whether the tunnel does not lead there, so that packets go by the agents' own
   * @param gateway the other end's IP address in the tunnel
   * @param hardware the other end's address in the tunnel
   * @param end where the tunnel ends
   */
  record Beyond(
      String node, boolean relayed, Cidr pods, Bytes gateway, Bytes hardware, Bytes end) {}

  /** All that are beyond the tunnel. */
  List<Beyond> beyond() {
    return tunnel.map(Tunnel::beyond).orElse(List.of());
  }

  boolean isRelaying() {
    return beyond().stream().anyMatch(Beyond::relayed);
  }

  /**
   * The plan of a node among others; nodes that have no range yet are left out.
   *
   * @param silent names of nodes to which no tunnel leads
   */
  static NodesPlan of(Peer self, List<Peer> others, Set<String> silent, Surroundings host) {
    Drawing drawing = new Drawing(self, silent, host);
    others.stream().filter(peer -> !peer.name().equals(self.name())).forEach(drawing::add);
    return drawing.plan();
  }

  /** The address of a node's end in the tunnel follows from its pods' range, which is its alone. */
  static Bytes hardware(Cidr pods) {
    byte[] range = pods.address().toArray();
    int end = Math.max(4, Math.min(range.length, (pods.prefix() + 7) / 8));
    byte[] address = Arrays.copyOf(HARDWARE_START, HARDWARE_BYTES);
    System.arraycopy(range, end - 4, address, HARDWARE_START.length, 4);
    return Bytes.copyOf(address);
  }

  /** A plan in the making. */
  private static final class Drawing {
    private final Peer self;
    private final Set<String> silent;
    private final Surroundings host;
    private final Set<Cidr> taken;
    private final List<Route> direct = new ArrayList<>();
    private final List<Beyond> beyond = new ArrayList<>();
    private final List<String> unreachable = new ArrayList<>();

    Drawing(Peer self, Set<String> silent, Surroundings host) {
      this.self = self;
      this.silent = silent;
      this.host = host;
      this.taken = new HashSet<>(self.pods());
    }

    void add(Peer peer) {
      // An agent of the same host: its pods' routes are here already.
      if (peer.addresses().isEmpty() || peer.addresses().stream().anyMatch(host::isOwn)) {
        return;
      }
      for (Cidr pods : peer.pods()) {
        if (taken.stream().anyMatch(pods::overlaps)) {
          unreachable.add("node " + peer.name() + " has a pod range of another node: " + pods);
        } else {
          taken.add(pods);
          add(peer, pods);
        }
      }
    }

    private void add(Peer peer, Cidr pods) {
      Optional<Bytes> neighbour = peer.address(pods.family());
      Optional<Link> link = neighbour.flatMap(host::towards);
      if (neighbour.isPresent() && link.isPresent()) {
        direct.add(new Route(pods, neighbour.get(), link.get().index(), true));
        return;
      }
      Optional<Bytes> end = underlay().flatMap(own -> peer.address(AddressFamily.of(own)));
      if (end.isEmpty()) {
        unreachable.add("node " + peer.name() + " has no address of this node's IP family");
        return;
      }
      Cidr first = peer.pods().getFirst();
      boolean relayed = silent.contains(peer.name());
      beyond.add(
          new Beyond(peer.name(), relayed, pods, pods.address(), hardware(first), end.get()));
    }

    private Optional<byte[]> underlay() {
      return self.addresses().stream().findFirst().map(Bytes::toArray);
    }

    NodesPlan plan() {
      int mtu =
          underlay().map(Bytes::copyOf).flatMap(host::linkOf).map(Link::mtu).orElse(MTU_DEFAULT);
      if (beyond.isEmpty()) {
        return new NodesPlan(direct, Optional.empty(), mtu, unreachable);
      }
      Bytes local = self.addresses().getFirst();
      boolean v4 = local.length() == AddressFamily.V4.bytes();
      int inner = mtu - OVERHEAD_BYTES - (v4 ? 0 : IPV6_MORE_BYTES);
      Tunnel tunnel =
          new Tunnel(
              new Link.Vxlan(VXLAN_NETWORK, VXLAN_PORT, local),
              hardware(self.pods().getFirst()),
              inner,
              self.pods().stream().map(Cidr::address).toList(),
              beyond);
      return new NodesPlan(direct, Optional.of(tunnel), inner, unreachable);
    }
  }
}

package dev.wherry.network.nodes;

import dev.wherry.model.Bytes;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.Route;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.wireguard.WireGuardPeer;
import java.util.Arrays;
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

  /** Nothing at all. */
  static final NodesPlan NONE = new NodesPlan(List.of(), Optional.empty(), 0, List.of());

  /** Inner Ethernet, VXLAN, UDP and outer IPv4 header (RFC 7348). */
  static final int VXLAN_BYTES = 50;

  /** Outer IPv4 and UDP header, WireGuard's header and its check. */
  static final int WIREGUARD_BYTES = 60;

  private static final int HARDWARE_BYTES = 6;

  /** A locally administered address; the rest is the pods' range. */
  private static final byte[] HARDWARE_START = {0x02, 0x57};

  NodesPlan {
    direct = List.copyOf(direct);
    unreachable = List.copyOf(unreachable);
  }

  /** What a tunnel is made of at this end. */
  sealed interface End {}

  /**
   * Plain.
   *
   * @param hardware its address in the tunnel
   */
  record Vxlan(Link.Vxlan device, Bytes hardware) implements End {}

  /**
   * Encrypted.
   *
   * @param peers the other ends
   * @param closed what must not leave by any other way
   */
  record WireGuard(List<WireGuardPeer> peers, List<Cidr> closed) implements End {
    WireGuard {
      peers = List.copyOf(peers);
      closed = List.copyOf(closed);
    }
  }

  /**
   * This node's end of the tunnel.
   *
   * @param addresses its IP addresses in the tunnel, one per family: senders on this host
   */
  record Tunnel(End end, int mtu, List<Bytes> addresses, List<Beyond> beyond) {
    Tunnel {
      addresses = List.copyOf(addresses);
      beyond = List.copyOf(beyond);
    }

    /** Whether its ends have hardware addresses, so that routes name a gateway. */
    boolean isNumbered() {
      return end instanceof Vxlan;
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

  /** Ranges to which nothing goes unless encrypted. */
  List<Cidr> closed() {
    return tunnel
        .filter(each -> each.end() instanceof WireGuard)
        .map(each -> ((WireGuard) each.end()).closed())
        .orElse(List.of());
  }

  boolean isRelaying() {
    return beyond().stream().anyMatch(Beyond::relayed);
  }

  /**
   * The plan of a node among others; nodes that have no range yet are left out.
   *
   * @param self with a key when it encrypts
   * @param silent names of nodes to which no tunnel leads
   */
  static NodesPlan of(Peer self, List<Peer> others, Set<String> silent, Surroundings host) {
    NodesDrawing drawing = new NodesDrawing(self, silent, host);
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
}

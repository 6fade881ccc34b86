package dev.wherry.network.nodes;

import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.RouteChanges;
import dev.wherry.network.rtnetlink.RouteQueries;
import dev.wherry.network.wireguard.PeerChange;
import dev.wherry.network.wireguard.WireGuardDevice;
import dev.wherry.network.wireguard.WireGuardKernel;
import dev.wherry.network.wireguard.WireGuardKey;
import dev.wherry.network.wireguard.WireGuardPeer;
import java.util.List;
import java.util.Optional;

/**
 * This node's WireGuard key, if its pods' packets are to be encrypted, and the interface that has
 * it. Used by one thread at a time.
 */
final class Encryption {
  /** The interface's name. */
  static final String DEVICE = "wherry-wg";

  /** WireGuard's usual UDP port. */
  static final int PORT = 51820;

  /** Said where another agent of this network namespace has the interface. */
  static final String NOT_OWNER =
      "another agent of this host has the routes: nothing can be encrypted to this node's pods";

  private final Optional<WireGuardKey> key;
  private List<WireGuardPeer> told = List.of();
  private boolean working;

  /**
   * @param key none where packets are not encrypted
   */
  Encryption(Optional<WireGuardKey> key) {
    this.key = key;
  }

  /** What other nodes must know to encrypt to this one. */
  Optional<PublishedKey> wanted() {
    return key.map(pair -> new PublishedKey(pair.publicKey(), PORT));
  }

  /** The same once the interface is there for them. */
  Optional<PublishedKey> ready() {
    return wanted().filter(_ -> working);
  }

  /** The interface, as planned; empty when the kernel refuses it. */
  Optional<Link> bring(
      NetlinkSocket socket, NodesPlan.WireGuard wanted, int mtu, Surroundings host, Attempts said)
      throws NetlinkException {
    RouteChanges changes = new RouteChanges(socket);
    working = false;
    if (host.link(DEVICE).isEmpty() && !said.make(() -> changes.addWireGuard(DEVICE, mtu))) {
      return Optional.empty();
    }
    Optional<Link> device =
        RouteQueries.links(socket).stream().filter(link -> link.name().equals(DEVICE)).findFirst();
    if (device.isEmpty()) {
      return Optional.empty();
    }
    Link link = device.get();
    try (WireGuardKernel kernel = WireGuardKernel.open()) {
      working = configure(kernel, link.index(), wanted, said);
    } catch (NetlinkException e) {
      said.fail("interface " + DEVICE + " cannot encrypt: " + e.getMessage());
      return Optional.empty();
    }
    if (link.mtu() != mtu || !link.up()) {
      working = said.make(() -> changes.setUp(link.index(), mtu)) && working;
    }
    return device;
  }

  private boolean configure(
      WireGuardKernel kernel, int link, NodesPlan.WireGuard wanted, Attempts said)
      throws NetlinkException {
    WireGuardKey pair = key.orElseThrow();
    WireGuardDevice present = kernel.read(link);
    boolean taken = true;
    if (!present.publicKey().equals(pair.publicKey()) || present.port() != PORT) {
      taken = said.make(() -> kernel.configure(link, pair.privateKey(), PORT));
    }
    List<PeerChange> peers = PeerChange.between(present.peers(), wanted.peers(), told);
    if (!peers.isEmpty()) {
      taken &= said.make(() -> kernel.change(link, peers));
    }
    if (taken) {
      told = wanted.peers();
    }
    return taken;
  }
}

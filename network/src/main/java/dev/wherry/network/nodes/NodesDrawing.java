package dev.wherry.network.nodes;

import dev.wherry.model.Bytes;
import dev.wherry.network.nodes.NodesPlan.Beyond;
import dev.wherry.network.nodes.NodesPlan.Tunnel;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.Route;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.wireguard.Endpoint;
import dev.wherry.network.wireguard.WireGuardPeer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A plan in the making. */
final class NodesDrawing {
  private static final int IPV6_MORE_BYTES = 20;
  private static final int MTU_DEFAULT = 1500;

  /** What makes a node encrypt. */
  private static final String ENCRYPTION_WORDS = "--node-encryption=wireguard";

  private final Peer self;
  private final Set<String> silent;
  private final Surroundings host;
  private final Set<Cidr> taken;
  private final Set<Bytes> keys = new HashSet<>();
  private final List<Route> direct = new ArrayList<>();
  private final List<Beyond> beyond = new ArrayList<>();
  private final List<WireGuardPeer> ends = new ArrayList<>();
  private final List<Cidr> closed = new ArrayList<>();
  private final List<String> unreachable = new ArrayList<>();

  NodesDrawing(Peer self, Set<String> silent, Surroundings host) {
    this.self = self;
    this.silent = silent;
    this.host = host;
    this.taken = new HashSet<>(self.pods());
    self.key().ifPresent(own -> keys.add(own.publicKey()));
  }

  void add(Peer peer) {
    // An agent of the same host: its pods' routes are here already.
    if (peer.addresses().isEmpty() || peer.addresses().stream().anyMatch(host::isOwn)) {
      return;
    }
    List<Cidr> ranges = new ArrayList<>();
    for (Cidr pods : peer.pods()) {
      if (taken.stream().anyMatch(pods::overlaps)) {
        unreachable.add("node " + peer.name() + " has a pod range of another node: " + pods);
      } else {
        taken.add(pods);
        ranges.add(pods);
      }
    }
    if (self.key().isPresent()) {
      addEncrypted(peer, ranges);
    } else if (peer.key().isPresent() && !ranges.isEmpty()) {
      unreachable.add(
          "node %s takes packets for its pods encrypted only: start this node with %s"
              .formatted(peer.name(), ENCRYPTION_WORDS));
    } else {
      ranges.forEach(pods -> add(peer, pods));
    }
  }

  /** Whatever comes of it, nothing goes there by another way. */
  private void addEncrypted(Peer peer, List<Cidr> ranges) {
    closed.addAll(ranges);
    Optional<Bytes> end = end(peer);
    if (ranges.isEmpty() || end.isEmpty()) {
      return;
    }
    if (peer.key().isEmpty()) {
      // A node that is new says its key before it is ready.
      if (peer.ready()) {
        unreachable.add(
            "node %s has published no WireGuard key: start it with %s"
                .formatted(peer.name(), ENCRYPTION_WORDS));
      }
      return;
    }
    PublishedKey key = peer.key().get();
    if (!keys.add(key.publicKey())) {
      unreachable.add(
          "node %s has the WireGuard key of another node: remove the file of it there and start it"
              .formatted(peer.name()));
      return;
    }
    ends.add(
        new WireGuardPeer(
            key.publicKey(), Optional.of(new Endpoint(end.get(), key.port())), ranges));
    ranges.forEach(pods -> addBeyond(peer, pods, end.get()));
  }

  private void add(Peer peer, Cidr pods) {
    Optional<Bytes> neighbour = peer.address(pods.family());
    Optional<Link> link = neighbour.flatMap(host::towards);
    if (neighbour.isPresent() && link.isPresent()) {
      direct.add(new Route(pods, neighbour.get(), link.get().index(), true));
      return;
    }
    end(peer).ifPresent(end -> addBeyond(peer, pods, end));
  }

  private void addBeyond(Peer peer, Cidr pods, Bytes end) {
    Bytes hardware = NodesPlan.hardware(peer.pods().getFirst());
    boolean relayed = silent.contains(peer.name());
    beyond.add(new Beyond(peer.name(), relayed, pods, pods.address(), hardware, end));
  }

  /** Where a tunnel to a node ends; empty, and said, where none can. */
  private Optional<Bytes> end(Peer peer) {
    Optional<Bytes> end = underlay().flatMap(own -> peer.address(AddressFamily.of(own.toArray())));
    if (end.isEmpty()) {
      unreachable.add("node " + peer.name() + " has no address of this node's IP family");
    }
    return end;
  }

  private Optional<Bytes> underlay() {
    return self.addresses().stream().findFirst();
  }

  NodesPlan plan() {
    int mtu = underlay().flatMap(host::linkOf).map(Link::mtu).orElse(MTU_DEFAULT);
    Optional<Bytes> local = underlay();
    boolean v4 = local.filter(own -> own.length() == AddressFamily.V4.bytes()).isPresent();
    int outer = mtu - (v4 ? 0 : IPV6_MORE_BYTES);
    List<Bytes> addresses = self.pods().stream().map(Cidr::address).toList();
    if (self.key().isPresent()) {
      NodesPlan.End end = new NodesPlan.WireGuard(ends, closed);
      return plan(new Tunnel(end, outer - NodesPlan.WIREGUARD_BYTES, addresses, beyond));
    }
    if (local.isEmpty() || beyond.isEmpty()) {
      return new NodesPlan(direct, Optional.empty(), mtu, unreachable);
    }
    NodesPlan.End end =
        new NodesPlan.Vxlan(
            new Link.Vxlan(NodesPlan.VXLAN_NETWORK, NodesPlan.VXLAN_PORT, local.get()),
            NodesPlan.hardware(self.pods().getFirst()));
    return plan(new Tunnel(end, outer - NodesPlan.VXLAN_BYTES, addresses, beyond));
  }

  private NodesPlan plan(Tunnel tunnel) {
    return new NodesPlan(direct, Optional.of(tunnel), tunnel.mtu(), unreachable);
  }
}

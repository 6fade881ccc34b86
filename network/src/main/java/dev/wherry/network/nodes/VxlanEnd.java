package dev.wherry.network.nodes;

import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.Neighbour;
import dev.wherry.network.rtnetlink.RouteChanges;
import dev.wherry.network.rtnetlink.RouteQueries;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The VXLAN device and its tables, brought into the kernel by differences. */
final class VxlanEnd {
  /** The interface's name. */
  static final String DEVICE = "wherry-vxlan";

  private final NetlinkSocket socket;
  private final RouteChanges changes;
  private final Attempts attempts;

  VxlanEnd(NetlinkSocket socket, Attempts attempts) {
    this.socket = socket;
    this.changes = new RouteChanges(socket);
    this.attempts = attempts;
  }

  /** The device, as planned; empty when the kernel refuses it. */
  Optional<Link> bring(NodesPlan.Vxlan vxlan, NodesPlan.Tunnel tunnel, Surroundings host)
      throws NetlinkException {
    Optional<Link> device = device(vxlan, tunnel.mtu(), host.link(DEVICE));
    if (device.isPresent()) {
      tables(tunnel.beyond(), device.get().index());
    }
    return device;
  }

  private Optional<Link> device(NodesPlan.Vxlan vxlan, int mtu, Optional<Link> present)
      throws NetlinkException {
    Optional<Link> fit =
        present
            .filter(link -> link.tunnel().equals(Optional.of(vxlan.device())))
            .filter(link -> link.hardware().equals(vxlan.hardware()));
    if (fit.isPresent()) {
      if (fit.get().mtu() != mtu || !fit.get().up()) {
        attempts.make(() -> changes.setUp(fit.get().index(), mtu));
      }
      return fit;
    }
    if (present.isPresent()) {
      changes.deleteLink(present.get().index());
    }
    attempts.make(() -> changes.addVxlan(DEVICE, vxlan.device(), vxlan.hardware(), mtu));
    return RouteQueries.links(socket).stream()
        .filter(link -> link.name().equals(DEVICE))
        .findFirst();
  }

  private void tables(List<NodesPlan.Beyond> beyond, int link) throws NetlinkException {
    Set<Neighbour> neighbours = new HashSet<>();
    Set<Neighbour> forwarding = new HashSet<>();
    for (NodesPlan.Beyond each : beyond) {
      neighbours.add(new Neighbour(link, each.gateway(), each.hardware()));
      forwarding.add(new Neighbour(link, each.end(), each.hardware()));
    }
    for (Neighbour present : RouteQueries.neighbours(socket, link)) {
      if (!neighbours.remove(present)) {
        attempts.make(() -> changes.deleteNeighbour(present));
      }
    }
    neighbours.forEach(each -> attempts.make(() -> changes.addNeighbour(each)));
    for (Neighbour present : RouteQueries.forwarding(socket, link)) {
      if (!forwarding.remove(present)) {
        attempts.make(() -> changes.deleteForwarding(present));
      }
    }
    forwarding.forEach(each -> attempts.make(() -> changes.addForwarding(each)));
  }
}

package dev.wherry.network.nodes;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.relay.PodRelay;
import dev.wherry.network.rtnetlink.InterfaceAddress;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.Route;
import dev.wherry.network.rtnetlink.RouteChanges;
import dev.wherry.network.rtnetlink.RouteQueries;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Brings a plan into the kernel by differences; on the netlink thread. */
final class KernelNodes {
  /** Our number among the owners of routes (rtm_protocol); nobody registered it. */
  static final int PROTOCOL = 0x57;

  /** Any number of our own: it marks our routes where no protocol is shown (/proc/net/route). */
  static final int METRIC = PodNetwork.ROUTE_METRIC;

  private final NetlinkSocket socket;
  private final RouteChanges changes;
  private final Attempts attempts = new Attempts();

  private KernelNodes(NetlinkSocket socket) {
    this.socket = socket;
    this.changes = new RouteChanges(socket);
  }

  /**
   * What came of it.
   *
   * @param changed how many changes were made
   * @param problems what the kernel refused
   */
  record Applied(int changed, List<String> problems) {
    Applied {
      problems = List.copyOf(problems);
    }
  }

  /** Makes the kernel as planned; what cannot be made does not keep the rest from it. */
  static Applied apply(
      NetlinkSocket socket, NodesPlan plan, Surroundings host, Encryption encryption)
      throws NetlinkException {
    KernelNodes kernel = new KernelNodes(socket);
    List<Route> wanted = new ArrayList<>(plan.direct());
    plan.closed().forEach(range -> wanted.add(Route.closed(range)));
    Optional<Link> relay = host.link(PodRelay.DEVICE).filter(_ -> plan.isRelaying());
    if (plan.tunnel().isPresent()) {
      NodesPlan.Tunnel tunnel = plan.tunnel().get();
      Optional<Link> device =
          switch (tunnel.end()) {
            case NodesPlan.Vxlan vxlan ->
                new VxlanEnd(socket, kernel.attempts).bring(vxlan, tunnel, host);
            case NodesPlan.WireGuard ends ->
                encryption.bring(socket, ends, tunnel.mtu(), host, kernel.attempts);
          };
      if (device.isPresent()) {
        kernel.addresses(tunnel, device.get().index(), host);
        relay.ifPresent(link -> kernel.relay(link, tunnel, host));
        for (NodesPlan.Beyond each : tunnel.beyond()) {
          wanted.addAll(beyond(each, tunnel.isNumbered(), device.get(), relay));
        }
      }
    }
    kernel.deleteTunnels(plan, host);
    kernel.routes(wanted);
    if (!plan.isRelaying()) {
      kernel.deleteRelay(host.links());
    }
    return new Applied(kernel.attempts.changes(), kernel.attempts.problems());
  }

  /** The interfaces of tunnels that are not, or not any more. */
  private void deleteTunnels(NodesPlan plan, Surroundings host) {
    Optional<NodesPlan.End> end = plan.tunnel().map(NodesPlan.Tunnel::end);
    if (end.filter(NodesPlan.Vxlan.class::isInstance).isEmpty()) {
      host.link(VxlanEnd.DEVICE).filter(link -> link.tunnel().isPresent()).ifPresent(this::delete);
    }
    if (end.filter(NodesPlan.WireGuard.class::isInstance).isEmpty()) {
      host.link(Encryption.DEVICE).ifPresent(this::delete);
    }
  }

  private void delete(Link link) {
    attempts.make(() -> changes.deleteLink(link.index()));
  }

  /** Where packets are relayed the other end of the tunnel is asked through it all the same. */
  private static List<Route> beyond(
      NodesPlan.Beyond each, boolean numbered, Link tunnel, Optional<Link> relay) {
    Bytes none = Bytes.copyOf(new byte[0]);
    if (!each.relayed() || relay.isEmpty()) {
      return List.of(
          numbered
              ? new Route(each.pods(), each.gateway(), tunnel.index(), true)
              : new Route(each.pods(), none, tunnel.index(), false));
    }
    int bits = each.gateway().length() * Byte.SIZE;
    Cidr end = new Cidr(each.gateway(), bits);
    if (end.family() == AddressFamily.V6 || !numbered) {
      // The kernel takes no IPv6 gateway that another route leads to by another interface.
      return List.of(
          new Route(each.pods(), none, relay.get().index(), false),
          new Route(end, none, tunnel.index(), false));
    }
    return List.of(
        new Route(each.pods(), each.gateway(), relay.get().index(), true),
        new Route(end, each.gateway(), tunnel.index(), true));
  }

  private void relay(Link link, NodesPlan.Tunnel tunnel, Surroundings host) {
    if (link.mtu() != tunnel.mtu() || !link.up()) {
      attempts.make(() -> changes.setUp(link.index(), tunnel.mtu()));
    }
    for (Bytes address : tunnel.addresses()) {
      InterfaceAddress own =
          new InterfaceAddress(link.index(), second(address), address.length() * Byte.SIZE);
      if (!host.addresses().contains(own)) {
        attempts.make(() -> changes.addAddress(own));
      }
    }
  }

  /**
   * The node's own address for what it sends to relayed pods: the one that pods know as their
   * gateway. Answers to the first of the range would take the tunnel, as the echoes do.
   */
  private static Bytes second(Bytes first) {
    byte[] address = first.toArray();
    address[address.length - 1] |= 1;
    return Bytes.copyOf(address);
  }

  private void deleteRelay(List<Link> links) {
    links.stream()
        .filter(link -> link.name().equals(PodRelay.DEVICE))
        .forEach(link -> attempts.make(() -> changes.deleteLink(link.index())));
  }

  /** The ranges to which packets are relayed by now. */
  static List<Cidr> relayed(NetlinkSocket socket, Surroundings host) throws NetlinkException {
    Optional<Link> relay = host.link(PodRelay.DEVICE);
    return RouteQueries.routes(socket, PROTOCOL).stream()
        .filter(route -> relay.filter(link -> link.index() == route.link()).isPresent())
        .map(Route::destination)
        .toList();
  }

  /** Takes away all that is ours. */
  static void remove(NetlinkSocket socket) throws NetlinkException {
    KernelNodes kernel = new KernelNodes(socket);
    Surroundings host = new Surroundings(RouteQueries.links(socket), List.of());
    kernel.routes(List.of());
    kernel.deleteTunnels(NodesPlan.NONE, host);
    kernel.deleteRelay(host.links());
  }

  private void addresses(NodesPlan.Tunnel tunnel, int link, Surroundings host) {
    Set<InterfaceAddress> addresses = new HashSet<>();
    tunnel
        .addresses()
        .forEach(a -> addresses.add(new InterfaceAddress(link, a, a.length() * Byte.SIZE)));
    for (InterfaceAddress present : host.addresses()) {
      boolean ours = present.link() == link && !isLinkLocal(present.address());
      if (ours && !addresses.remove(present)) {
        attempts.make(() -> changes.deleteAddress(present));
      }
    }
    addresses.forEach(address -> attempts.make(() -> changes.addAddress(address)));
  }

  /** fe80::/10, which the kernel gives each link by itself. */
  private static boolean isLinkLocal(Bytes address) {
    byte[] bytes = address.toArray();
    return bytes.length > 4 && bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80;
  }

  private void routes(List<Route> wanted) throws NetlinkException {
    List<Route> missing = new ArrayList<>(wanted);
    for (Route present : RouteQueries.routes(socket, PROTOCOL)) {
      if (!missing.remove(present)) {
        attempts.make(() -> changes.deleteRoute(present, PROTOCOL, metric(present)));
      }
    }
    missing.forEach(route -> attempts.make(() -> changes.addRoute(route, PROTOCOL, metric(route))));
  }

  /** A way that is there comes before the route that refuses. */
  private static int metric(Route route) {
    return route.isClosed() ? PodNetwork.CLOSED_METRIC : METRIC;
  }
}

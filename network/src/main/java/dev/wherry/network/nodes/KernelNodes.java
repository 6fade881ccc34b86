package dev.wherry.network.nodes;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.relay.PodRelay;
import dev.wherry.network.rtnetlink.InterfaceAddress;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.Neighbour;
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
  /** The tunnel's interface. */
  static final String DEVICE = "wherry-vxlan";

  /** Our number among the owners of routes (rtm_protocol); nobody registered it. */
  static final int PROTOCOL = 0x57;

  /** Any number of our own: it marks our routes where no protocol is shown (/proc/net/route). */
  static final int METRIC = PodNetwork.ROUTE_METRIC;

  private final NetlinkSocket socket;
  private final RouteChanges changes;
  private final List<String> problems = new ArrayList<>();
  private int count;

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
  static Applied apply(NetlinkSocket socket, NodesPlan plan, Surroundings host)
      throws NetlinkException {
    KernelNodes kernel = new KernelNodes(socket);
    List<Route> wanted = new ArrayList<>(plan.direct());
    Optional<Link> present = host.link(DEVICE);
    if (plan.tunnel().isPresent()) {
      NodesPlan.Tunnel tunnel = plan.tunnel().get();
      Optional<Link> device = kernel.device(tunnel, present);
      if (device.isPresent()) {
        kernel.tables(tunnel, device.get().index(), host);
        Optional<Link> relay = host.link(PodRelay.DEVICE).filter(_ -> plan.isRelaying());
        relay.ifPresent(link -> kernel.relay(link, tunnel, host));
        for (NodesPlan.Beyond each : tunnel.beyond()) {
          wanted.addAll(beyond(each, device.get(), relay));
        }
      }
    } else if (present.filter(link -> link.tunnel().isPresent()).isPresent()) {
      kernel.attempt(() -> kernel.changes.deleteLink(present.get().index()));
    }
    kernel.routes(wanted);
    if (!plan.isRelaying()) {
      kernel.deleteRelay(host.links());
    }
    return new Applied(kernel.count, kernel.problems);
  }

  /** Where packets are relayed the other end of the tunnel is asked through it all the same. */
  private static List<Route> beyond(NodesPlan.Beyond each, Link tunnel, Optional<Link> relay) {
    if (!each.relayed() || relay.isEmpty()) {
      return List.of(new Route(each.pods(), each.gateway(), tunnel.index(), true));
    }
    int bits = each.gateway().length() * Byte.SIZE;
    Cidr end = new Cidr(each.gateway(), bits);
    if (end.family() == AddressFamily.V6) {
      // The kernel takes no IPv6 gateway that another route leads to by another interface.
      Bytes none = Bytes.copyOf(new byte[0]);
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
      attempt(() -> changes.setUp(link.index(), tunnel.mtu()));
    }
    for (Bytes address : tunnel.addresses()) {
      InterfaceAddress own =
          new InterfaceAddress(link.index(), second(address), address.length() * Byte.SIZE);
      if (!host.addresses().contains(own)) {
        attempt(() -> changes.addAddress(own));
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
        .forEach(link -> attempt(() -> changes.deleteLink(link.index())));
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
    kernel.routes(List.of());
    for (Link link : RouteQueries.links(socket)) {
      if (link.name().equals(DEVICE) && link.tunnel().isPresent()) {
        kernel.changes.deleteLink(link.index());
      }
    }
    kernel.deleteRelay(RouteQueries.links(socket));
  }

  @FunctionalInterface
  private interface Step {
    void run() throws NetlinkException;
  }

  private void attempt(Step step) {
    try {
      step.run();
      count++;
    } catch (NetlinkException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Link> device(NodesPlan.Tunnel tunnel, Optional<Link> present)
      throws NetlinkException {
    Optional<Link> fit =
        present
            .filter(link -> link.tunnel().equals(Optional.of(tunnel.device())))
            .filter(link -> link.hardware().equals(tunnel.hardware()));
    if (fit.isPresent()) {
      if (fit.get().mtu() != tunnel.mtu() || !fit.get().up()) {
        attempt(() -> changes.setUp(fit.get().index(), tunnel.mtu()));
      }
      return fit;
    }
    if (present.isPresent()) {
      changes.deleteLink(present.get().index());
    }
    attempt(() -> changes.addVxlan(DEVICE, tunnel.device(), tunnel.hardware(), tunnel.mtu()));
    return RouteQueries.links(socket).stream()
        .filter(link -> link.name().equals(DEVICE))
        .findFirst();
  }

  private void tables(NodesPlan.Tunnel tunnel, int link, Surroundings host)
      throws NetlinkException {
    Set<InterfaceAddress> addresses = new HashSet<>();
    tunnel
        .addresses()
        .forEach(a -> addresses.add(new InterfaceAddress(link, a, a.length() * Byte.SIZE)));
    for (InterfaceAddress present : host.addresses()) {
      boolean ours = present.link() == link && !isLinkLocal(present.address());
      if (ours && !addresses.remove(present)) {
        attempt(() -> changes.deleteAddress(present));
      }
    }
    addresses.forEach(address -> attempt(() -> changes.addAddress(address)));
    Set<Neighbour> neighbours = new HashSet<>();
    Set<Neighbour> forwarding = new HashSet<>();
    for (NodesPlan.Beyond each : tunnel.beyond()) {
      neighbours.add(new Neighbour(link, each.gateway(), each.hardware()));
      forwarding.add(new Neighbour(link, each.end(), each.hardware()));
    }
    for (Neighbour present : RouteQueries.neighbours(socket, link)) {
      if (!neighbours.remove(present)) {
        attempt(() -> changes.deleteNeighbour(present));
      }
    }
    neighbours.forEach(each -> attempt(() -> changes.addNeighbour(each)));
    for (Neighbour present : RouteQueries.forwarding(socket, link)) {
      if (!forwarding.remove(present)) {
        attempt(() -> changes.deleteForwarding(present));
      }
    }
    forwarding.forEach(each -> attempt(() -> changes.addForwarding(each)));
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
        attempt(() -> changes.deleteRoute(present, PROTOCOL, METRIC));
      }
    }
    missing.forEach(route -> attempt(() -> changes.addRoute(route, PROTOCOL, METRIC)));
  }
}

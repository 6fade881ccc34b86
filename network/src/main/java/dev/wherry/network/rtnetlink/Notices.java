package dev.wherry.network.rtnetlink;

import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.rules.Cidr;
import java.util.List;
import java.util.Optional;

/** What the kernel tells of changes. */
public final class Notices {
  /** RTNLGRP_LINK, _NEIGH, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE. */
  public static final List<Integer> GROUPS = List.of(1, 3, 5, 7, 9, 11);

  private Notices() {}

  /** What changed. */
  public sealed interface Notice {
    record OfLink(int link) implements Notice {}

    record OfAddress(InterfaceAddress address) implements Notice {}

    record OfRoute(Cidr destination, int protocol) implements Notice {}

    record OfNeighbour(int link) implements Notice {}
  }

  /** Reads a notification; empty for what nobody here asks about. */
  public static Optional<Notice> read(NetlinkMessage message) {
    return switch (message.type()) {
      case Wire.NEW_LINK, Wire.DELETE_LINK ->
          Optional.of(new Notice.OfLink(message.payload().getInt(4)));
      case Wire.NEW_ADDRESS, Wire.DELETE_ADDRESS ->
          RouteQueries.address(message).map(Notice.OfAddress::new);
      case Wire.NEW_ROUTE, Wire.DELETE_ROUTE ->
          RouteQueries.route(message)
              .map(r -> new Notice.OfRoute(r.destination(), RouteQueries.protocol(message)));
      case Wire.NEW_NEIGHBOUR, Wire.DELETE_NEIGHBOUR ->
          Optional.of(new Notice.OfNeighbour(RouteQueries.neighbourLink(message)));
      default -> Optional.empty();
    };
  }
}

package dev.wherry.network.addresses;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.rtnetlink.InterfaceAddress;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.RouteChanges;
import dev.wherry.network.rtnetlink.RouteQueries;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lends addresses to the interface on whose link they are; on the netlink thread. */
final class LinkAddresses {
  private LinkAddresses() {}

  /** The interface for each address that this host can answer for; others are left out. */
  static Map<Bytes, Link> possible(NetlinkSocket socket, Set<Bytes> wanted)
      throws NetlinkException {
    List<Link> links = RouteQueries.links(socket);
    List<InterfaceAddress> present = RouteQueries.addresses(socket);
    Map<Bytes, Link> possible = new HashMap<>();
    for (Bytes address : wanted) {
      link(address, links, present).ifPresent(link -> possible.put(address, link));
    }
    return possible;
  }

  /** Lends these for a while from now on, tells neighbours of new ones, and takes back others. */
  static void apply(NetlinkSocket socket, Set<Bytes> before, Map<Bytes, Link> wanted)
      throws NetlinkException {
    RouteChanges changes = new RouteChanges(socket);
    for (InterfaceAddress each : RouteQueries.addresses(socket)) {
      boolean ours = before.contains(each.address()) && isWhole(each);
      if (ours && !wanted.containsKey(each.address())) {
        changes.deleteAddress(each);
      }
    }
    for (var each : wanted.entrySet()) {
      lend(each.getKey(), each.getValue(), changes, !before.contains(each.getKey()));
    }
  }

  /** An address alone, as we lend them, and not one with its link's range. */
  private static boolean isWhole(InterfaceAddress address) {
    return address.prefix() == address.address().length() * Byte.SIZE;
  }

  /** The interface on whose link an address is; none for one that is the host's own. */
  private static Optional<Link> link(
      Bytes address, List<Link> links, List<InterfaceAddress> present) {
    if (present.stream().anyMatch(own -> own.address().equals(address) && !isWhole(own))) {
      return Optional.empty();
    }
    return present.stream()
        .filter(own -> own.reaches(address))
        .flatMap(own -> links.stream().filter(each -> each.index() == own.link()))
        .filter(each -> each.up() && each.tunnel().isEmpty())
        .findFirst();
  }

  private static void lend(Bytes address, Link link, RouteChanges changes, boolean isNew)
      throws NetlinkException {
    int bits = address.length() * Byte.SIZE;
    changes.lendAddress(
        new InterfaceAddress(link.index(), address, bits),
        Math.toIntExact(AnnouncedAddresses.LENT.toSeconds()));
    Announcement announcement = new Announcement(link, address);
    if (isNew && announcement.isPossible()) {
      announcement.send();
    }
  }

  static String text(Bytes address) {
    try {
      return InetAddress.getByAddress(address.toArray()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}

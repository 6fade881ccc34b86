package dev.wherry.network.nodes;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.rtnetlink.InterfaceAddress;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.RouteQueries;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** This host's interfaces and their addresses, as the kernel lists them. */
record Surroundings(List<Link> links, List<InterfaceAddress> addresses) {
  Surroundings {
    links = List.copyOf(links);
    addresses = List.copyOf(addresses);
  }

  /** As they are now. */
  static Surroundings of(NetlinkThread netlink) throws IOException, InterruptedException {
    return netlink.call(
        socket -> new Surroundings(RouteQueries.links(socket), RouteQueries.addresses(socket)));
  }

  boolean isOwn(Bytes address) {
    return addresses.stream().anyMatch(own -> own.address().equals(address));
  }

  Optional<Link> link(int index) {
    return links.stream().filter(link -> link.index() == index).findFirst();
  }

  Optional<Link> link(String name) {
    return links.stream().filter(link -> link.name().equals(name)).findFirst();
  }

  /** The interface that has an address. */
  Optional<Link> linkOf(Bytes address) {
    return addresses.stream()
        .filter(own -> own.address().equals(address))
        .findFirst()
        .flatMap(own -> link(own.link()));
  }

  /** The interface on whose link another host is a neighbour. */
  Optional<Link> towards(Bytes neighbour) {
    return addresses.stream()
        .filter(own -> own.reaches(neighbour))
        .flatMap(own -> link(own.link()).stream())
        .filter(link -> link.up() && link.tunnel().isEmpty())
        .findFirst();
  }
}

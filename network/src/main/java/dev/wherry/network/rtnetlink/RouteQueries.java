package dev.wherry.network.rtnetlink;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Attributes;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.rules.Cidr;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Questions to the kernel about links, addresses, routes and neighbours; on the netlink thread. */
public final class RouteQueries {
  private static final String VXLAN = "vxlan";

  private RouteQueries() {}

  /** All interfaces. */
  public static List<Link> links(NetlinkSocket socket) throws NetlinkException {
    List<Link> links = new ArrayList<>();
    for (NetlinkMessage answer :
        dump(socket, Wire.GET_LINK, new byte[Wire.LINK_HEADER_BYTES], "list links")) {
      links.add(link(answer));
    }
    return links;
  }

  private static List<NetlinkMessage> dump(
      NetlinkSocket socket, int type, byte[] header, String what) throws NetlinkException {
    int sent = socket.nextSequence();
    MessageWriter out =
        new MessageWriter().begin(type, MessageWriter.FLAG_DUMP, sent).fixed(header);
    return socket.dump(out, sent, what);
  }

  /** Reads a message about a link. */
  static Link link(NetlinkMessage message) {
    Attributes attributes = new Attributes(message.payload(), Wire.LINK_HEADER_BYTES);
    Attributes info = attributes.nested(Wire.LINK_INFO);
    Optional<Link.Vxlan> tunnel =
        info.text(Wire.INFO_KIND).equals(VXLAN)
            ? Optional.of(vxlan(info.nested(Wire.INFO_DATA)))
            : Optional.empty();
    return new Link(
        message.payload().getInt(4),
        attributes.text(Wire.LINK_NAME),
        attributes.hostNumber(Wire.LINK_MTU),
        (message.payload().getInt(8) & Wire.UP) != 0,
        Bytes.copyOf(attributes.value(Wire.LINK_HARDWARE)),
        tunnel);
  }

  private static Link.Vxlan vxlan(Attributes data) {
    byte[] local = data.value(Wire.VXLAN_LOCAL);
    return new Link.Vxlan(
        data.hostNumber(Wire.VXLAN_ID),
        (int) data.number(Wire.VXLAN_PORT),
        Bytes.copyOf(local.length > 0 ? local : data.value(Wire.VXLAN_LOCAL6)));
  }

  /** All addresses of all interfaces. */
  public static List<InterfaceAddress> addresses(NetlinkSocket socket) throws NetlinkException {
    List<InterfaceAddress> found = new ArrayList<>();
    for (NetlinkMessage answer :
        dump(socket, Wire.GET_ADDRESS, new byte[Wire.ADDRESS_HEADER_BYTES], "list addresses")) {
      address(answer).ifPresent(found::add);
    }
    return found;
  }

  /** Reads a message about an address; on a link from point to point it is this end's. */
  static Optional<InterfaceAddress> address(NetlinkMessage message) {
    ByteBuffer payload = message.payload();
    Attributes attributes = new Attributes(payload, Wire.ADDRESS_HEADER_BYTES);
    byte[] local = attributes.value(Wire.ADDRESS_LOCAL);
    byte[] address = local.length > 0 ? local : attributes.value(Wire.ADDRESS_ADDRESS);
    return address.length == 0
        ? Optional.empty()
        : Optional.of(
            new InterfaceAddress(
                payload.getInt(4), Bytes.copyOf(address), Byte.toUnsignedInt(payload.get(1))));
  }

  /** The routes of the main table with one way, whoever made them. */
  public static List<Route> routes(NetlinkSocket socket) throws NetlinkException {
    return routes(socket, _ -> true);
  }

  /**
   * The routes of the main table that carry an owner's number.
   *
   * @param protocol the number (rtm_protocol)
   */
  public static List<Route> routes(NetlinkSocket socket, int protocol) throws NetlinkException {
    return routes(socket, answer -> protocol(answer) == protocol);
  }

  private static List<Route> routes(NetlinkSocket socket, Predicate<NetlinkMessage> which)
      throws NetlinkException {
    List<Route> routes = new ArrayList<>();
    for (NetlinkMessage answer :
        dump(socket, Wire.GET_ROUTE, new byte[Wire.ROUTE_HEADER_BYTES], "list routes")) {
      if (which.test(answer)) {
        route(answer).ifPresent(routes::add);
      }
    }
    return routes;
  }

  /** The number of a route's owner. */
  static int protocol(NetlinkMessage message) {
    return Byte.toUnsignedInt(message.payload().get(5));
  }

  /** Reads a message about a route of the main table with one way; empty for all others. */
  static Optional<Route> route(NetlinkMessage message) {
    ByteBuffer payload = message.payload();
    Attributes attributes = new Attributes(payload, Wire.ROUTE_HEADER_BYTES);
    byte[] destination = attributes.value(Wire.ROUTE_DESTINATION);
    byte[] gateway = attributes.value(Wire.ROUTE_GATEWAY);
    int table = attributes.hostNumber(Wire.ROUTE_TABLE);
    if (table != Wire.MAIN_TABLE || destination.length == 0) {
      return Optional.empty();
    }
    Cidr range = Cidr.of(destination, Byte.toUnsignedInt(payload.get(1)));
    if (payload.get(7) == Wire.UNREACHABLE) {
      return Optional.of(Route.closed(range));
    }
    return Optional.of(
        new Route(
            range,
            Bytes.copyOf(gateway),
            attributes.hostNumber(Wire.ROUTE_LINK),
            (payload.getInt(8) & Wire.ON_LINK) != 0));
  }

  /** The permanent neighbours of a link, of both families. */
  public static List<Neighbour> neighbours(NetlinkSocket socket, int link) throws NetlinkException {
    return neighbours(socket, link, Wire.ANY_FAMILY, "list neighbours");
  }

  /** The permanent entries of a VXLAN's forwarding table. */
  public static List<Neighbour> forwarding(NetlinkSocket socket, int link) throws NetlinkException {
    return neighbours(socket, link, Wire.BRIDGE_FAMILY, "list a forwarding table");
  }

  private static List<Neighbour> neighbours(NetlinkSocket socket, int link, int family, String what)
      throws NetlinkException {
    byte[] header = new byte[Wire.NEIGHBOUR_HEADER_BYTES];
    header[0] = (byte) family;
    List<Neighbour> found = new ArrayList<>();
    for (NetlinkMessage answer : dump(socket, Wire.GET_NEIGHBOUR, header, what)) {
      ByteBuffer payload = answer.payload();
      boolean permanent = (payload.getShort(8) & Wire.PERMANENT) != 0;
      boolean forwards = payload.get(0) == Wire.BRIDGE_FAMILY;
      if (permanent
          && neighbourLink(answer) == link
          && forwards == (family == Wire.BRIDGE_FAMILY)) {
        Attributes attributes = new Attributes(payload, Wire.NEIGHBOUR_HEADER_BYTES);
        found.add(
            new Neighbour(
                link,
                Bytes.copyOf(attributes.value(Wire.NEIGHBOUR_DESTINATION)),
                Bytes.copyOf(attributes.value(Wire.NEIGHBOUR_HARDWARE))));
      }
    }
    return found;
  }

  /** The link that a message about a neighbour is about. */
  static int neighbourLink(NetlinkMessage message) {
    return message.payload().getInt(4);
  }
}

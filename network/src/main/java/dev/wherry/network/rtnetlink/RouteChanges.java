package dev.wherry.network.rtnetlink;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * Changes of links, addresses, routes and neighbours; on the netlink thread. What is to be added
 * and is there, or to be deleted and is not, is no error.
 */
public final class RouteChanges {
  private static final int CREATE = MessageWriter.FLAG_CREATE | MessageWriter.FLAG_REPLACE;
  private static final Set<Integer> GONE =
      Set.of(Errno.ESRCH, Errno.ENOENT, Errno.ENODEV, Errno.EADDRNOTAVAIL);

  private final NetlinkSocket socket;

  public RouteChanges(NetlinkSocket socket) {
    this.socket = socket;
  }

  private MessageWriter begin(int type, int flags, ByteBuffer header) {
    byte[] bytes = new byte[header.capacity()];
    header.get(0, bytes);
    return new MessageWriter()
        .begin(type, flags | MessageWriter.FLAG_ACK, socket.nextSequence())
        .fixed(bytes);
  }

  private void commit(MessageWriter out, String what) throws NetlinkException {
    socket.request(out, out.sequence(), what, _ -> {});
  }

  private void delete(MessageWriter out, String what) throws NetlinkException {
    delete(() -> commit(out, what));
  }

  /** A request to delete. */
  @FunctionalInterface
  interface Deletion {
    void run() throws NetlinkException;
  }

  /** Deletes; what is not there is no error. */
  static void delete(Deletion deletion) throws NetlinkException {
    try {
      deletion.run();
    } catch (NetlinkException e) {
      if (!GONE.contains(e.errno())) {
        throw e;
      }
    }
  }

  private static ByteBuffer header(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Adds a VXLAN device that learns nothing, and sets it up.
   *
   * @param hardware its address in the tunnel
   * @throws NetlinkException EOPNOTSUPP when the kernel knows no VXLAN
   */
  public void addVxlan(String name, Link.Vxlan tunnel, Bytes hardware, int mtu)
      throws NetlinkException {
    ByteBuffer header = header(Wire.LINK_HEADER_BYTES).putInt(8, Wire.UP).putInt(12, Wire.UP);
    MessageWriter out =
        begin(Wire.NEW_LINK, MessageWriter.FLAG_CREATE, header)
            .text(Wire.LINK_NAME, name)
            .put(Wire.LINK_HARDWARE, hardware.toArray())
            .hostU32(Wire.LINK_MTU, mtu)
            .nest(Wire.LINK_INFO)
            .text(Wire.INFO_KIND, "vxlan")
            .nest(Wire.INFO_DATA)
            .hostU32(Wire.VXLAN_ID, tunnel.network())
            .u8(Wire.VXLAN_LEARNING, 0)
            .u16(Wire.VXLAN_PORT, tunnel.port());
    boolean v4 = tunnel.local().length() == Wire.IPV4_BYTES;
    out.put(v4 ? Wire.VXLAN_LOCAL : Wire.VXLAN_LOCAL6, tunnel.local().toArray());
    commit(out.close().close(), "add link " + name);
  }

  /**
   * Adds a WireGuard device, down and without a key.
   *
   * @throws NetlinkException EOPNOTSUPP when the kernel knows no WireGuard
   */
  public void addWireGuard(String name, int mtu) throws NetlinkException {
    MessageWriter out =
        begin(Wire.NEW_LINK, MessageWriter.FLAG_CREATE, header(Wire.LINK_HEADER_BYTES))
            .text(Wire.LINK_NAME, name)
            .hostU32(Wire.LINK_MTU, mtu)
            .nest(Wire.LINK_INFO)
            .text(Wire.INFO_KIND, "wireguard");
    commit(out.close(), "add link " + name);
  }

  /**
   * Adds an intermediate device, which sends what is redirected to it back to where it came from.
   *
   * @throws NetlinkException EOPNOTSUPP when the kernel knows no ifb
   */
  public void addIntermediate(String name) throws NetlinkException {
    ByteBuffer header = header(Wire.LINK_HEADER_BYTES).putInt(8, Wire.UP).putInt(12, Wire.UP);
    MessageWriter out =
        begin(Wire.NEW_LINK, MessageWriter.FLAG_CREATE, header)
            .text(Wire.LINK_NAME, name)
            .nest(Wire.LINK_INFO)
            .text(Wire.INFO_KIND, "ifb");
    commit(out.close(), "add link " + name);
  }

  /** Gives a link another MTU and sets it up. */
  public void setUp(int link, int mtu) throws NetlinkException {
    ByteBuffer header =
        header(Wire.LINK_HEADER_BYTES).putInt(4, link).putInt(8, Wire.UP).putInt(12, Wire.UP);
    commit(begin(Wire.NEW_LINK, 0, header).hostU32(Wire.LINK_MTU, mtu), "set up link " + link);
  }

  public void deleteLink(int link) throws NetlinkException {
    ByteBuffer header = header(Wire.LINK_HEADER_BYTES).putInt(4, link);
    delete(begin(Wire.DELETE_LINK, 0, header), "delete link " + link);
  }

  public void addAddress(InterfaceAddress address) throws NetlinkException {
    commit(address(Wire.NEW_ADDRESS, CREATE, address), "add address");
  }

  /** Adds an address that ends by itself, or lends it again; nothing is sent from it by choice. */
  public void lendAddress(InterfaceAddress address, int seconds) throws NetlinkException {
    byte[] times = header(Wire.ADDRESS_TIMES_BYTES).putInt(4, seconds).array();
    commit(
        address(Wire.NEW_ADDRESS, CREATE, address)
            .hostU32(Wire.ADDRESS_FLAGS, Wire.WITHOUT_PROBE)
            .put(Wire.ADDRESS_TIMES, times),
        "lend address");
  }

  public void deleteAddress(InterfaceAddress address) throws NetlinkException {
    delete(address(Wire.DELETE_ADDRESS, 0, address), "delete address");
  }

  private MessageWriter address(int type, int flags, InterfaceAddress address) {
    byte[] bytes = address.address().toArray();
    ByteBuffer header = header(Wire.ADDRESS_HEADER_BYTES).putInt(4, address.link());
    header.put(0, (byte) Wire.family(bytes.length)).put(1, (byte) address.prefix());
    return begin(type, flags, header)
        .put(Wire.ADDRESS_LOCAL, bytes)
        .put(Wire.ADDRESS_ADDRESS, bytes);
  }

  /**
   * Adds a route under an owner's number, or gives it another way.
   *
   * @param metric routes to one destination differ by it
   */
  public void addRoute(Route route, int protocol, int metric) throws NetlinkException {
    MessageWriter out = route(Wire.NEW_ROUTE, CREATE, route, protocol, metric);
    if (route.gateway().length() > 0) {
      out.put(Wire.ROUTE_GATEWAY, route.gateway().toArray());
    }
    commit(out, "add route to " + route.destination());
  }

  public void deleteRoute(Route route, int protocol, int metric) throws NetlinkException {
    delete(
        route(Wire.DELETE_ROUTE, 0, route, protocol, metric),
        "delete route to " + route.destination());
  }

  private MessageWriter route(int type, int flags, Route route, int protocol, int metric) {
    byte[] destination = route.destination().address().toArray();
    ByteBuffer header = header(Wire.ROUTE_HEADER_BYTES);
    header.put((byte) Wire.family(destination.length)).put((byte) route.destination().prefix());
    int way = route.isClosed() ? Wire.UNREACHABLE : Wire.UNICAST;
    header.put(4, (byte) Wire.MAIN_TABLE).put(5, (byte) protocol).put(7, (byte) way);
    header.putInt(8, route.onLink() ? Wire.ON_LINK : 0);
    MessageWriter out =
        begin(type, flags, header)
            .put(Wire.ROUTE_DESTINATION, destination)
            .hostU32(Wire.ROUTE_METRIC, metric);
    return route.isClosed() ? out : out.hostU32(Wire.ROUTE_LINK, route.link());
  }

  /** Adds a permanent neighbour, or gives it another hardware address. */
  public void addNeighbour(Neighbour neighbour) throws NetlinkException {
    commit(neighbour(Wire.NEW_NEIGHBOUR, CREATE, neighbour, false), "add neighbour");
  }

  public void deleteNeighbour(Neighbour neighbour) throws NetlinkException {
    delete(neighbour(Wire.DELETE_NEIGHBOUR, 0, neighbour, false), "delete neighbour");
  }

  /** Adds a permanent entry to a VXLAN's forwarding table, or sends it another way. */
  public void addForwarding(Neighbour entry) throws NetlinkException {
    commit(neighbour(Wire.NEW_NEIGHBOUR, CREATE, entry, true), "add forwarding entry");
  }

  public void deleteForwarding(Neighbour entry) throws NetlinkException {
    delete(neighbour(Wire.DELETE_NEIGHBOUR, 0, entry, true), "delete forwarding entry");
  }

  private MessageWriter neighbour(int type, int flags, Neighbour neighbour, boolean forwarding) {
    byte[] address = neighbour.address().toArray();
    ByteBuffer header = header(Wire.NEIGHBOUR_HEADER_BYTES).putInt(4, neighbour.link());
    int family = forwarding ? Wire.BRIDGE_FAMILY : Wire.family(address.length);
    header.put(0, (byte) family).putShort(8, (short) Wire.PERMANENT);
    header.put(10, (byte) (forwarding ? Wire.SELF : 0));
    return begin(type, flags, header)
        .put(Wire.NEIGHBOUR_DESTINATION, address)
        .put(Wire.NEIGHBOUR_HARDWARE, neighbour.hardware().toArray());
  }
}

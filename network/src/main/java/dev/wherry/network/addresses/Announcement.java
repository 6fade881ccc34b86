package dev.wherry.network.addresses;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.system.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * A frame that tells everybody on a link who has an address: a gratuitous ARP request (RFC 5227) or
 * an unsolicited neighbour advertisement with the override flag (RFC 4861). Caches that name
 * another node change by it. Sent on the netlink thread, in its network namespace.
 */
record Announcement(Link link, Bytes address) {
  private static final int FAMILY_PACKET = 17;
  private static final int TYPE_RAW = 3;
  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int SOCKET_ADDRESS_BYTES = 20;
  private static final int HARDWARE_BYTES = 6;
  private static final int ETHERNET_BYTES = 14;
  private static final int ETHER_ARP = 0x0806;
  private static final int ETHER_IPV4 = 0x0800;
  private static final int ETHER_IPV6 = 0x86dd;
  private static final int ARP_BYTES = 28;
  private static final int ARP_REQUEST = 1;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_HEADER_BYTES = 40;
  private static final int IPV6_BYTES = 16;
  private static final int ADVERTISEMENT_BYTES = 32;
  private static final int ICMPV6 = 58;
  private static final int NEIGHBOUR_ADVERTISEMENT = 136;
  private static final int OVERRIDE = 0x20000000;
  private static final int TARGET_LINK_ADDRESS = 2;
  private static final int HOPS = 255;
  private static final byte[] EVERYBODY = {-1, -1, -1, -1, -1, -1};
  private static final byte[] ALL_NODES_LINK = {0x33, 0x33, 0, 0, 0, 1};
  private static final byte[] ALL_NODES = {
    (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
  };

  /** Whether the link has hardware addresses to tell. */
  boolean isPossible() {
    return link.hardware().length() == HARDWARE_BYTES;
  }

  /** The whole Ethernet frame. */
  byte[] frame() {
    return address.length() == IPV4_BYTES ? arp() : advertisement();
  }

  private ByteBuffer ethernet(byte[] to, int type, int bytes) {
    return ByteBuffer.allocate(ETHERNET_BYTES + bytes)
        .put(to)
        .put(link.hardware().toArray())
        .putShort((short) type);
  }

  private byte[] arp() {
    return ethernet(EVERYBODY, ETHER_ARP, ARP_BYTES)
        .putShort((short) 1)
        .putShort((short) ETHER_IPV4)
        .put((byte) HARDWARE_BYTES)
        .put((byte) IPV4_BYTES)
        .putShort((short) ARP_REQUEST)
        .put(link.hardware().toArray())
        .put(address.toArray())
        .put(new byte[HARDWARE_BYTES])
        .put(address.toArray())
        .array();
  }

  private byte[] advertisement() {
    ByteBuffer message =
        ByteBuffer.allocate(ADVERTISEMENT_BYTES)
            .put((byte) NEIGHBOUR_ADVERTISEMENT)
            .put((byte) 0)
            .putShort((short) 0)
            .putInt(OVERRIDE)
            .put(address.toArray())
            .put((byte) TARGET_LINK_ADDRESS)
            .put((byte) 1)
            .put(link.hardware().toArray());
    message.putShort(2, (short) checksum(message.array()));
    return ethernet(ALL_NODES_LINK, ETHER_IPV6, IPV6_HEADER_BYTES + ADVERTISEMENT_BYTES)
        .putInt(6 << 28)
        .putShort((short) ADVERTISEMENT_BYTES)
        .put((byte) ICMPV6)
        .put((byte) HOPS)
        .put(address.toArray())
        .put(ALL_NODES)
        .put(message.array())
        .array();
  }

  /** Over the pseudo header and the message (RFC 8200, 8.1). */
  private int checksum(byte[] message) {
    ByteBuffer all =
        ByteBuffer.allocate(2 * IPV6_BYTES + 2 * Integer.BYTES + message.length)
            .put(address.toArray())
            .put(ALL_NODES)
            .putInt(message.length)
            .putInt(ICMPV6)
            .put(message)
            .flip();
    long sum = 0;
    while (all.hasRemaining()) {
      sum += Short.toUnsignedInt(all.getShort());
    }
    while (sum >> Short.SIZE != 0) {
      sum = (sum & 0xffff) + (sum >> Short.SIZE);
    }
    return (int) ~sum & 0xffff;
  }

  /**
   * Sends it.
   *
   * @throws NetlinkException when the kernel refuses
   */
  void send() throws NetlinkException {
    int socket = SystemCalls.socket(FAMILY_PACKET, TYPE_RAW | CLOSE_ON_EXEC, 0);
    if (socket < 0) {
      throw new NetlinkException(-socket, "opening a packet socket");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment where = arena.allocate(SOCKET_ADDRESS_BYTES, 4);
      where.set(ValueLayout.JAVA_SHORT, 0, (short) FAMILY_PACKET);
      where.set(ValueLayout.JAVA_INT, 4, link.index());
      int bound = SystemCalls.bind(socket, where);
      if (bound < 0) {
        throw new NetlinkException(-bound, "binding to " + link.name());
      }
      long sent = SystemCalls.send(socket, arena.allocateFrom(ValueLayout.JAVA_BYTE, frame()), 0);
      if (sent < 0) {
        throw new NetlinkException((int) -sent, "announcing on " + link.name());
      }
    } finally {
      SystemCalls.close(socket);
    }
  }
}

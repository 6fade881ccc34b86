package dev.wherry.network.wireguard;

import dev.wherry.model.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Where a peer is reached.
 *
 * @param port UDP
 */
public record Endpoint(Bytes address, int port) {
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  /** sizeof struct sockaddr_in and sockaddr_in6. */
  private static final int SOCKET4_BYTES = 16;

  private static final int SOCKET6_BYTES = 28;
  private static final int PORT_OFFSET = 2;
  private static final int ADDRESS4_OFFSET = 4;
  private static final int ADDRESS6_OFFSET = 8;

  /** The struct sockaddr_in or sockaddr_in6: the family in host order, the port in network's. */
  byte[] toSocketAddress() {
    boolean v4 = address.length() == IPV4_BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(v4 ? SOCKET4_BYTES : SOCKET6_BYTES);
    bytes.order(ByteOrder.nativeOrder());
    bytes.putShort(0, (short) (v4 ? Wire.IPV4_FAMILY : Wire.IPV6_FAMILY));
    bytes.order(ByteOrder.BIG_ENDIAN).putShort(PORT_OFFSET, (short) port);
    bytes.put(v4 ? ADDRESS4_OFFSET : ADDRESS6_OFFSET, address.toArray());
    return bytes.array();
  }

  /** Reads what {@link #toSocketAddress} writes; empty for no bytes. */
  static Optional<Endpoint> of(byte[] socketAddress) {
    if (socketAddress.length < SOCKET4_BYTES) {
      return Optional.empty();
    }
    boolean v4 = socketAddress.length < SOCKET6_BYTES;
    ByteBuffer bytes = ByteBuffer.wrap(socketAddress);
    byte[] address = new byte[v4 ? IPV4_BYTES : IPV6_BYTES];
    bytes.get(v4 ? ADDRESS4_OFFSET : ADDRESS6_OFFSET, address);
    return Optional.of(
        new Endpoint(Bytes.copyOf(address), Short.toUnsignedInt(bytes.getShort(PORT_OFFSET))));
  }
}

package dev.wherry.network.dns.server;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is answered at all. The port is one of the node's, so the world may reach it; an open
 * resolver would be lent to attacks on others. Private, shared, link-local and own addresses are
 * this cluster's or its neighbours' (RFC 1918, RFC 6598, RFC 4193, RFC 3927, RFC 4291).
 *
 * @param own further networks, such as public ones that pods have
 */
record ClientNetworks(List<Network> own) {
  private static final List<Network> PRIVATE =
      List.of(
          Network.parse("10.0.0.0/8"),
          Network.parse("172.16.0.0/12"),
          Network.parse("192.168.0.0/16"),
          Network.parse("100.64.0.0/10"),
          Network.parse("169.254.0.0/16"),
          Network.parse("127.0.0.0/8"),
          Network.parse("::1/128"),
          Network.parse("fc00::/7"),
          Network.parse("fe80::/10"));

  ClientNetworks {
    own = List.copyOf(own);
  }

  /** Addresses that begin with the same bits. */
  record Network(InetAddress address, int bits) {
    static Network parse(String text) {
      int slash = text.indexOf('/');
      InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int all = address.getAddress().length * Byte.SIZE;
      int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
      if (bits < 0 || bits > all) {
        throw new IllegalArgumentException("'" + text + "' is no network");
      }
      return new Network(address, bits);
    }

    boolean contains(byte[] other) {
      byte[] mine = address.getAddress();
      if (mine.length != other.length) {
        return false;
      }
      int whole = bits / Byte.SIZE;
      for (int i = 0; i < whole; i++) {
        if (mine[i] != other[i]) {
          return false;
        }
      }
      int rest = bits % Byte.SIZE;
      return rest == 0 || ((mine[whole] ^ other[whole]) & 0xff) >> (Byte.SIZE - rest) == 0;
    }
  }

  /** The private networks and others. */
  static ClientNetworks with(List<String> others) {
    List<Network> parsed = new ArrayList<>();
    others.forEach(text -> parsed.add(Network.parse(text)));
    return new ClientNetworks(parsed);
  }

  boolean contain(InetAddress client) {
    byte[] address = client.getAddress();
    for (Network network : PRIVATE) {
      if (network.contains(address)) {
        return true;
      }
    }
    for (Network network : own) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }
}

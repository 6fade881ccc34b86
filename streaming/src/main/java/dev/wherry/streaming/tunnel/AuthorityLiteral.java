package dev.wherry.streaming.tunnel;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** {@code 10.0.0.1:80} and {@code [fd00::1]:80}; anything else is no literal. */
final class AuthorityLiteral {
  private AuthorityLiteral() {}

  static Optional<InetSocketAddress> parse(String authority) {
    int colon = authority.lastIndexOf(':');
    if (colon < 1) {
      return Optional.empty();
    }
    String host = authority.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      int port = Integer.parseInt(authority.substring(colon + 1));
      if (address == null || port < 1 || port > 65_535) {
        return Optional.empty();
      }
      return Optional.of(new InetSocketAddress(InetAddress.getByAddress(address), port));
    } catch (NumberFormatException | UnknownHostException e) {
      return Optional.empty();
    }
  }
}

package dev.wherry.cli.client.forward;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.machinery.address.AddressText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** The values of {@code --address}: IP addresses and {@code localhost}. */
final class ListenAddresses {
  /** Stands for the addresses of both families that only this host reaches. */
  static final String BOTH = "localhost";

  private ListenAddresses() {}

  /**
   * The addresses in their order.
   *
   * @throws ClientException in kubectl's words
   */
  static List<InetAddress> parse(List<String> texts) {
    List<InetAddress> hosts = new ArrayList<>();
    for (String address : texts) {
      boolean literal = address.matches("[0-9.]+|[0-9a-fA-F:]+:[0-9a-fA-F:.]*");
      if (!literal && !address.equals(BOTH)) {
        throw ClientException.error(address + " is not a valid IP");
      }
      try {
        if (address.equals(BOTH)) {
          hosts.add(InetAddress.getByName("127.0.0.1"));
          hosts.add(InetAddress.getByName("::1"));
        } else {
          hosts.add(InetAddress.getByName(address));
        }
      } catch (UnknownHostException e) {
        throw ClientException.error(address + " is not a valid IP");
      }
    }
    return hosts;
  }

  /** As it stands before a colon and a port. */
  static String text(InetAddress address) {
    return AddressText.bracketed(shortened(address.getHostAddress()));
  }

  private static String shortened(String host) {
    return host.equals("0:0:0:0:0:0:0:1") ? "::1" : host.equals("0:0:0:0:0:0:0:0") ? "::" : host;
  }
}

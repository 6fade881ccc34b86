package dev.wherry.network.dns.forward;

import dev.wherry.network.dns.message.DomainName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is asked about a domain and what is below it.
 *
 * @param domain the root for all that no other rule is for
 * @param servers in the order in which they are asked
 */
public record ForwardRule(DomainName domain, List<InetSocketAddress> servers) {
  /** Where DNS servers listen. */
  public static final int PORT = 53;

  private static final int PORT_MAX = 65_535;

  public ForwardRule {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("no server for " + domain);
    }
  }

  /**
   * A rule as the command line has it: {@code DOMAIN=SERVER[,SERVER...]}, a server being {@code
   * ADDRESS}, {@code V4ADDRESS:PORT} or {@code [V6ADDRESS]:PORT}.
   *
   * @throws IllegalArgumentException with a sentence
   */
  public static ForwardRule parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      throw new IllegalArgumentException("'" + text + "': write DOMAIN=SERVER[,SERVER...]");
    }
    List<InetSocketAddress> servers = new ArrayList<>();
    for (String server : text.substring(equals + 1).split(",", -1)) {
      servers.add(server(server.strip()));
    }
    return new ForwardRule(DomainName.of(text.substring(0, equals).strip()), servers);
  }

  private static InetSocketAddress server(String text) {
    String address = text;
    int port = PORT;
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[");
    if (colon >= 0 && (bracketed ? text.charAt(colon - 1) == ']' : text.indexOf(':') == colon)) {
      address = text.substring(0, colon);
      port = port(text.substring(colon + 1));
    }
    if (bracketed && address.endsWith("]")) {
      address = address.substring(1, address.length() - 1);
    }
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port <= PORT_MAX) {
        return port;
      }
    } catch (NumberFormatException e) {
      // The sentence below says what is wanted.
    }
    throw new IllegalArgumentException("'" + text + "' is no port");
  }
}

package dev.wherry.network.sockets;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A listening socket as a server wants it. The same words name the same socket after a restart.
 *
 * @param group of the server, a word
 * @param address with port 0 for any free one
 * @param backlog connections that may wait; no matter for datagrams
 * @param shared whether several sockets of one port take turns (SO_REUSEPORT)
 * @param index tells sockets apart that share a port, from 0
 */
public record WantedSocket(
    String group, Kind kind, InetSocketAddress address, int backlog, boolean shared, int index) {
  /** What comes in. */
  public enum Kind {
    STREAMS("tcp"),
    DATAGRAMS("udp");

    private final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  /** Connections at a port of its own. */
  public static WantedSocket streams(String group, InetSocketAddress address, int backlog) {
    return new WantedSocket(group, Kind.STREAMS, address, backlog, false, 0);
  }

  /** Datagrams at a port that may be shared. */
  public static WantedSocket datagrams(
      String group, InetSocketAddress address, boolean shared, int index) {
    return new WantedSocket(group, Kind.DATAGRAMS, address, 0, shared, index);
  }

  /** As the holder knows it. */
  String line() {
    return "%s %s %s %d %d %d %d"
        .formatted(
            group,
            kind.word,
            host(address.getAddress()),
            address.getPort(),
            backlog,
            shared ? 1 : 0,
            index);
  }

  /** Why it cannot be had, and what to do about that. */
  String refused(String why) {
    String mend =
        why.contains("in use")
            ? "; end the program that 'ss -%slnp sport = :%d' shows, or choose another port"
                .formatted(kind.word.charAt(0), address.getPort())
            : why.contains("ermission") ? "; it takes root" : "";
    return "cannot listen on "
        + host(address.getAddress())
        + " port "
        + address.getPort()
        + ": "
        + why
        + mend;
  }

  private static String host(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }
}

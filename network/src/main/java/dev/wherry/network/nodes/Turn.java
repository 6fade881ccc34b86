package dev.wherry.network.nodes;

import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import java.io.IOException;
import java.util.Optional;

/** Whose turn it is to own the routes of a network namespace; used by one thread. */
final class Turn implements AutoCloseable {
  /** The netlink port that the owner holds, as the Service proxy does (decision 0131). */
  static final int PORT = 0x57485259;

  private Optional<NetlinkSocket> held = Optional.empty();

  /** True from the moment on when nobody else is the owner. */
  boolean take(NetlinkThread netlink) throws IOException, InterruptedException {
    if (held.isEmpty()) {
      try {
        held =
            Optional.of(netlink.call(_ -> NetlinkSocket.open(NetlinkSocket.PROTOCOL_ROUTE, PORT)));
      } catch (NetlinkException e) {
        if (e.errno() != Errno.EADDRINUSE) {
          throw e;
        }
      }
    }
    return held.isPresent();
  }

  @Override
  public void close() {
    held.ifPresent(NetlinkSocket::close);
  }
}

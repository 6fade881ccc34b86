package dev.wherry.streaming.listen;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;

/** Begins to listen, or says in one sentence why it cannot and what helps. */
public final class Listening {
  /**
   * Of an HTTP/1.1 request's first line. The command of an exec is in its query, and a word of it
   * may have 128 KiB (the kernel's MAX_ARG_STRLEN), some of it escaped.
   */
  public static final int REQUEST_LINE_BYTES_MAX = 256 << 10;

  private static final String IN_USE = "already in use";

  private Listening() {}

  /**
   * Waits until the server listens.
   *
   * @param address port 0 for any free one
   * @throws UncheckedIOException when it cannot; the server's event loops are ended then
   */
  // The loops end by themselves; nobody waits for it.
  @SuppressWarnings("FutureReturnValueIgnored")
  public static Channel on(ServerBootstrap server, InetSocketAddress address)
      throws InterruptedException {
    ChannelFuture opening = server.bind(address).await();
    if (opening.isSuccess()) {
      return opening.channel();
    }
    server.config().group().shutdownGracefully();
    throw new UncheckedIOException(refusal(address, opening.cause()));
  }

  private static IOException refusal(InetSocketAddress address, Throwable cause) {
    String where = address.getAddress().getHostAddress() + " port " + address.getPort();
    String why = String.valueOf(cause.getMessage());
    String mend =
        why.contains(IN_USE)
            ? "is in use: end what listens there (ss -ltnp names it), or choose another port"
            : "cannot be listened on: " + why;
    BindException refusal = new BindException(where + " " + mend);
    refusal.initCause(cause);
    return refusal;
  }
}

package dev.wherry.streaming.upgrade;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * SPDY/3.1 as Kubernetes' clients and runtimes speak it (moby/spdystream): the client opens every
 * stream and names it in headers; neither side keeps flow control windows, so the connection's own
 * is the only one. The event loop owns the streams.
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
public abstract class SpdyConnection extends SimpleChannelInboundHandler<SpdyFrame> {
  /** Streams open at a time; one more is refused. */
  private static final int STREAMS_MAX = 1000;

  private static final long LINGER_SECONDS = 5;

  /** Netty writes no headers as no bytes at all, for which Go's decoder waits without end. */
  private static final String ACCEPTED_HEADER = "x-stream-accepted";

  private static final class Ends {
    private boolean theirs;
    private boolean ours;
  }

  private final Channel channel;
  private final boolean isServer;
  private final Map<Integer, Ends> streams = new HashMap<>();

  /**
   * Over a connection.
   *
   * @param isServer whether the peer opened the connection
   */
  protected SpdyConnection(Channel channel, boolean isServer) {
    this.channel = channel;
    this.isServer = isServer;
  }

  protected final Channel channel() {
    return channel;
  }

  /** The peer opened a stream; header names in lower case. */
  protected abstract void opened(int stream, Map<String, String> headers);

  /** The peer took a stream of ours. */
  protected void accepted(int stream) {}

  protected abstract void received(int stream, byte[] bytes);

  /** The peer sends no more on this stream. */
  protected abstract void ended(int stream);

  /** The peer has given the stream up in both directions. */
  protected abstract void aborted(int stream);

  protected abstract void connectionGone();

  @Override
  protected final void channelRead0(ChannelHandlerContext context, SpdyFrame frame) {
    switch (frame) {
      case SpdySynStreamFrame syn -> open(context, syn);
      case SpdySynReplyFrame reply -> accepted(reply.streamId());
      case SpdyDataFrame data -> {
        byte[] bytes = ByteBufUtil.getBytes(data.content());
        if (bytes.length > 0) {
          received(data.streamId(), bytes);
        }
        if (data.isLast()) {
          theyEnded(data.streamId());
        }
      }
      case SpdyRstStreamFrame reset -> {
        streams.remove(reset.streamId());
        aborted(reset.streamId());
      }
      case SpdyPingFrame ping -> {
        // Even numbers are the server's: as a server an answer, as a client a question.
        boolean asked = (ping.id() & 1) == (isServer ? 1 : 0);
        if (asked) {
          context.writeAndFlush(ping, context.voidPromise());
        }
      }
      default -> {
        // Settings, windows and goodbyes change nothing here.
      }
    }
  }

  private void open(ChannelHandlerContext context, SpdySynStreamFrame syn) {
    if (streams.size() >= STREAMS_MAX || syn.isInvalid()) {
      context.writeAndFlush(
          new DefaultSpdyRstStreamFrame(syn.streamId(), SpdyStreamStatus.REFUSED_STREAM),
          context.voidPromise());
      return;
    }
    streams.put(syn.streamId(), new Ends());
    Map<String, String> headers = new HashMap<>();
    syn.headers()
        .forEach(h ->
            headers.put(h.getKey().toString().toLowerCase(Locale.ROOT), h.getValue().toString()));
    SpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(syn.streamId());
    reply.headers().set(ACCEPTED_HEADER, "true");
    context.writeAndFlush(reply, context.voidPromise());
    opened(syn.streamId(), headers);
    if (syn.isLast()) {
      theyEnded(syn.streamId());
    }
  }

  private void theyEnded(int stream) {
    Ends ends = streams.get(stream);
    if (ends != null) {
      ends.theirs = true;
      if (ends.ours) {
        streams.remove(stream);
      }
    }
    ended(stream);
  }

  /** Opens a stream of ours, odd numbers in rising order; {@link #accepted} or the end follows. */
  protected final void open(int stream, Map<String, String> headers) {
    SpdySynStreamFrame syn = new DefaultSpdySynStreamFrame(stream, 0, (byte) 0);
    headers.forEach((name, value) -> syn.headers().set(name, value));
    onLoop(() -> {
      streams.put(stream, new Ends());
      channel.writeAndFlush(syn, channel.voidPromise());
    });
  }

  /**
   * Sends; blocks while the peer does not read.
   *
   * @throws IOException when the peer has left
   */
  protected final void send(int stream, ByteBuffer bytes) throws IOException {
    BlockingWrites.write(channel, new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(bytes)));
  }

  /** Ends our side of a stream, behind what was sent on it; twice is once. */
  protected final void end(int stream) {
    onLoop(() -> weEnd(stream));
  }

  /** Runs behind what was sent before; not at all once the connection is gone. */
  protected final void onLoop(Runnable action) {
    if (channel.isActive()) {
      channel.eventLoop().execute(action);
    }
  }

  private void weEnd(int stream) {
    Ends ends = streams.get(stream);
    if (ends != null && !ends.ours) {
      ends.ours = true;
      if (ends.theirs) {
        streams.remove(stream);
      }
      channel.writeAndFlush(
          new DefaultSpdyDataFrame(stream, Unpooled.EMPTY_BUFFER).setLast(true),
          channel.voidPromise());
    }
  }

  /** Gives a stream up in both directions. */
  protected final void abort(int stream) {
    onLoop(() -> {
      if (streams.remove(stream) != null) {
        channel.writeAndFlush(
            new DefaultSpdyRstStreamFrame(stream, SpdyStreamStatus.CANCEL), channel.voidPromise());
      }
    });
  }

  /** Gives the peer time to read what was sent and to leave first. */
  protected final void closeSoon() {
    onLoop(() ->
        channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS));
  }

  @Override
  public final void channelInactive(ChannelHandlerContext context) {
    connectionGone();
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}

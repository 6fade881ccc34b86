package dev.wherry.runtime.docker.streams;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * SPDY/3.1 as Kubernetes' clients speak it: the client opens every stream and names it in headers;
 * neither side keeps flow control windows, so the connection's own is the only one.
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
abstract class SpdyConnection extends SimpleChannelInboundHandler<SpdyFrame> {
  private static final int STREAMS_MAX = 1000;
  private static final long LINGER_SECONDS = 5;

  protected final Channel channel;
  private int streams;

  SpdyConnection(Channel channel) {
    this.channel = channel;
  }

  /** A stream was opened; header names in lower case. */
  abstract void opened(int stream, Map<String, String> headers);

  abstract void received(int stream, byte[] bytes);

  /** The client sends no more on this stream. */
  abstract void ended(int stream);

  abstract void connectionGone();

  @Override
  protected void channelRead0(ChannelHandlerContext context, SpdyFrame frame) {
    switch (frame) {
      case SpdySynStreamFrame syn -> open(context, syn);
      case SpdyDataFrame data -> {
        byte[] bytes = ByteBufUtil.getBytes(data.content());
        if (bytes.length > 0) {
          received(data.streamId(), bytes);
        }
        if (data.isLast()) {
          ended(data.streamId());
        }
      }
      case SpdyRstStreamFrame reset -> ended(reset.streamId());
      case SpdyPingFrame ping -> context.writeAndFlush(ping, context.voidPromise());
      default -> {
        // Settings, windows and goodbyes change nothing here.
      }
    }
  }

  private void open(ChannelHandlerContext context, SpdySynStreamFrame syn) {
    if (++streams > STREAMS_MAX) {
      context.close();
      return;
    }
    var headers = new HashMap<String, String>();
    syn.headers()
        .forEach(h ->
            headers.put(h.getKey().toString().toLowerCase(Locale.ROOT), h.getValue().toString()));
    context.writeAndFlush(new DefaultSpdySynReplyFrame(syn.streamId()), context.voidPromise());
    opened(syn.streamId(), headers);
    if (syn.isLast()) {
      ended(syn.streamId());
    }
  }

  /** Sends; blocks until it has gone out. */
  void send(int stream, ByteBuffer bytes) throws IOException {
    Writes.write(channel, new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(bytes)));
  }

  /** Ends our side of a stream. */
  void end(int stream) {
    channel.writeAndFlush(
        new DefaultSpdyDataFrame(stream, Unpooled.EMPTY_BUFFER).setLast(true),
        channel.voidPromise());
  }

  /** Gives the client time to read what was sent and to leave first. */
  void closeSoon() {
    var _ = channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    connectionGone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}

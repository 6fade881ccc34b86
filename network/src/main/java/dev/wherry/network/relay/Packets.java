package dev.wherry.network.relay;

import dev.wherry.model.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.util.Optional;
import java.util.function.Consumer;

/** IP packets on a stream: each behind its length in two bytes, which stays before it. */
final class Packets {
  /** Of the length before a packet. */
  static final int PREFIX_BYTES = 2;

  static final int PACKET_BYTES_MAX = 0xffff;

  /** Packets that wait for the tunnel beyond this are dropped, as a router's queue drops them. */
  private static final WriteBufferWaterMark WAITING =
      new WriteBufferWaterMark(128 << 10, 256 << 10);

  private static final int V4_SOURCE = 12;
  private static final int V4_BYTES = 4;
  private static final int V6_SOURCE = 8;
  private static final int V6_BYTES = 16;

  private Packets() {}

  /**
   * Who sends a packet to whom.
   *
   * @param source an IPv4 or IPv6 address, as the destination
   */
  record Ends(Bytes source, Bytes destination) {}

  /** The addresses in a packet's head; empty when it is neither of IPv4 nor of IPv6. */
  static Optional<Ends> ends(ByteBuf framed) {
    int start = framed.readerIndex() + PREFIX_BYTES;
    int length = framed.readableBytes() - PREFIX_BYTES;
    int version = length > 0 ? framed.getByte(start) >> 4 & 0xf : 0;
    if (version == 4 && length >= V4_SOURCE + 2 * V4_BYTES) {
      return Optional.of(ends(framed, start + V4_SOURCE, V4_BYTES));
    }
    if (version == 6 && length >= V6_SOURCE + 2 * V6_BYTES) {
      return Optional.of(ends(framed, start + V6_SOURCE, V6_BYTES));
    }
    return Optional.empty();
  }

  private static Ends ends(ByteBuf framed, int at, int bytes) {
    return new Ends(
        Bytes.copyOf(ByteBufUtil.getBytes(framed, at, bytes)),
        Bytes.copyOf(ByteBufUtil.getBytes(framed, at + bytes, bytes)));
  }

  /**
   * Reads packets from a stream from now on.
   *
   * @param stream with bytes in both directions, not read yet
   * @param taker of each packet with its length before it, on the event loop; it does not keep it
   * @param pause after the last packet of those that came at once
   */
  static void read(Channel stream, Consumer<ByteBuf> taker, Runnable pause) {
    stream.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING);
    stream
        .pipeline()
        .addLast(
            new LengthFieldBasedFrameDecoder(
                PREFIX_BYTES + PACKET_BYTES_MAX, 0, PREFIX_BYTES, 0, 0),
            new Taker(taker, pause));
    stream.config().setAutoRead(true);
  }

  /** Ends the stream with its other end. */
  private static final class Taker extends SimpleChannelInboundHandler<ByteBuf> {
    private final Consumer<ByteBuf> taker;
    private final Runnable pause;

    Taker(Consumer<ByteBuf> taker, Runnable pause) {
      this.taker = taker;
      this.pause = pause;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf framed) {
      taker.accept(framed);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      pause.run();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        ctx.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}

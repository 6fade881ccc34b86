package dev.wherry.streaming.tunnel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

/** The agent's answer to every CONNECT stream: check the target, connect, pipe. */
final class AgentStreams extends ChannelInitializer<Channel> {
  /** Response header that carries the cause of a refusal to the caller. */
  static final String REASON = "wherry-reason";

  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  private final TargetPolicy policy;
  private final Consumer<Channel> packets;
  private final Bootstrap sockets;

  /**
   * @param packets takes streams to the pods' relay, not read yet
   */
  AgentStreams(TargetPolicy policy, Consumer<Channel> packets, Bootstrap sockets) {
    this.policy = policy;
    this.packets = packets;
    this.sockets = sockets;
  }

  @Override
  public boolean isSharable() {
    return true;
  }

  @Override
  protected void initChannel(Channel stream) {
    stream.pipeline().addLast(new AwaitConnect());
  }

  private final class AwaitConnect extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (!(message instanceof Http2HeadersFrame headers)) {
        ReferenceCountUtil.release(message);
        return;
      }
      CharSequence method = headers.headers().method();
      CharSequence authority = headers.headers().authority();
      if (method == null || authority == null || !"CONNECT".contentEquals(method)) {
        refuse(ctx, "405", "only CONNECT is served here");
        return;
      }
      if (TunnelProtocol.PACKETS_AUTHORITY.contentEquals(authority)) {
        ctx.channel().config().setAutoRead(false);
        established(ctx.channel());
        packets.accept(ctx.channel());
        return;
      }
      Optional<InetSocketAddress> address = policy.resolve(authority.toString());
      if (address.isEmpty()) {
        refuse(ctx, "403", "the agent does not connect to " + authority);
        return;
      }
      ctx.channel().config().setAutoRead(false);
      open(ctx, address.get());
    }

    private void open(ChannelHandlerContext ctx, InetSocketAddress address) {
      Channel stream = ctx.channel();
      ChannelFuture connected =
          sockets
              .clone(stream.eventLoop())
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
              .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
              .option(ChannelOption.AUTO_READ, false)
              .handler(new Pipe(stream))
              .connect(address);
      connected.addListener(done -> {
        if (done.isSuccess()) {
          accept(ctx, connected.channel());
        } else {
          refuse(ctx, "502", String.valueOf(done.cause().getMessage()));
        }
      });
    }

    private void accept(ChannelHandlerContext ctx, Channel socket) {
      Channel stream = ctx.channel();
      if (!stream.isActive()) {
        socket.close();
        return;
      }
      established(stream);
      stream.pipeline().addLast(new Pipe(socket));
      stream.config().setAutoRead(true);
      socket.config().setAutoRead(true);
    }

    private void established(Channel stream) {
      stream.pipeline().addLast(new StreamBytes());
      stream.pipeline().remove(this);
      Http2Headers ok = new DefaultHttp2Headers().status("200");
      stream.writeAndFlush(new DefaultHttp2HeadersFrame(ok));
    }

    private void refuse(ChannelHandlerContext ctx, String status, String reason) {
      Http2Headers no = new DefaultHttp2Headers().status(status).set(REASON, reason);
      ctx.writeAndFlush(new DefaultHttp2HeadersFrame(no, true)).addListener(done -> ctx.close());
    }
  }

  /** Writes what one side reads to the other; a side reads only while the other is writable. */
  private static final class Pipe extends ChannelInboundHandlerAdapter {
    private final Channel other;

    Pipe(Channel other) {
      this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (!(message instanceof ByteBuf bytes)) {
        ReferenceCountUtil.release(message);
      } else if (!other.isActive()) {
        bytes.release();
        ctx.close();
      } else {
        other.write(bytes);
        if (!other.isWritable()) {
          ctx.channel().config().setAutoRead(false);
        }
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      other.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (ctx.channel().isWritable()) {
        other.config().setAutoRead(true);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        finishOther();
      }
    }

    /** Half-closes the other side behind everything that was written to it. */
    private void finishOther() {
      if (other instanceof DuplexChannel socket) {
        socket
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(written -> {
              var unused = socket.shutdownOutput();
            });
      } else {
        StreamBytes.finish(other);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (other instanceof DuplexChannel socket) {
        socket.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      } else {
        // Not closed: a reset could overtake bytes that the API server has not read yet.
        StreamBytes.finish(other);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}

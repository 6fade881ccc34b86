package dev.wherry.network.dns.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * One TCP connection: any number of questions, answered as the answers come (RFC 7766). It is not
 * read while too many wait or its client does not take what is sent. On its loop.
 */
final class StreamHandler extends SimpleChannelInboundHandler<ByteBuf> {
  private static final int QUERY_BYTES_MAX = 65_535;
  private static final int LENGTH_BYTES = 2;

  private final Desk desk;
  private final int pipelineMax;
  private int waiting;
  private boolean counted;

  StreamHandler(Desk desk, int pipelineMax) {
    this.desk = desk;
    this.pipelineMax = pipelineMax;
  }

  /** Makes a connection one that is served so. */
  static void install(Channel connection, Desk desk, ServerLimits limits) {
    connection
        .pipeline()
        .addLast(new IdleStateHandler(0, 0, limits.idle().toMillis(), TimeUnit.MILLISECONDS))
        .addLast(
            new LengthFieldBasedFrameDecoder(
                QUERY_BYTES_MAX + LENGTH_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES))
        .addLast(new LengthFieldPrepender(LENGTH_BYTES))
        .addLast(new StreamHandler(desk, limits.pipelineMax()));
  }

  private static InetAddress client(ChannelHandlerContext context) {
    return ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (desk.limits().connects(client(context))) {
      counted = true;
      context.read();
    } else {
      close(context);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (counted) {
      counted = false;
      desk.limits().disconnected(client(context));
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
    waiting++;
    desk.take(message, client(context), Transport.TCP, new Back(context));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
    readOn(context);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    readOn(context);
  }

  private void readOn(ChannelHandlerContext context) {
    if (waiting < pipelineMax && context.channel().isWritable()) {
      context.read();
    }
  }

  private final class Back implements Desk.Reply {
    private final ChannelHandlerContext context;

    Back(ChannelHandlerContext context) {
      this.context = context;
    }

    @Override
    public ByteBuf buffer() {
      return context.alloc().ioBuffer();
    }

    @Override
    public void send(ByteBuf answer) {
      waiting--;
      context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
      readOn(context);
    }

    /** Whose questions are dropped has no business here. */
    @Override
    public void drop() {
      waiting--;
      close(context);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent) {
      close(context);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(context);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private static void close(ChannelHandlerContext context) {
    context.close();
  }
}

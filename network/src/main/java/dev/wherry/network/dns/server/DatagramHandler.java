package dev.wherry.network.dns.server;

import dev.wherry.network.dns.message.ResponseWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;

/** One UDP socket; answers to what was read together leave together. On its loop. */
final class DatagramHandler extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger LOG = System.getLogger(DatagramHandler.class.getName());

  private final Desk desk;
  private boolean reading;

  DatagramHandler(Desk desk) {
    this.desk = desk;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    InetSocketAddress sender = packet.sender();
    if (sender.getPort() == 0) {
      return;
    }
    reading = true;
    desk.take(packet.content(), sender.getAddress(), Transport.UDP, new Back(context, sender));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    reading = false;
    context.flush();
  }

  private final class Back implements Desk.Reply {
    private final ChannelHandlerContext context;
    private final InetSocketAddress to;

    Back(ChannelHandlerContext context, InetSocketAddress to) {
      this.context = context;
      this.to = to;
    }

    @Override
    public ByteBuf buffer() {
      return context.alloc().ioBuffer(ResponseWriter.UDP_BYTES);
    }

    // A datagram that cannot be sent is one that got lost.
    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void send(ByteBuf answer) {
      context.write(new DatagramPacket(answer, to), context.voidPromise());
      if (!reading) {
        context.flush();
      }
    }

    @Override
    public void drop() {}
  }

  /** An answer's receiver may be gone; the socket serves the others on. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.log(Level.DEBUG, "datagram not handled why=\"{0}\"", cause.getMessage());
  }
}

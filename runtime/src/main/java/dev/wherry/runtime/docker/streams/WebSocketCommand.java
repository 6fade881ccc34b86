package dev.wherry.runtime.docker.streams;

import dev.wherry.runtime.docker.DockerStreams;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A remote command over WebSocket: the first byte of every message names its stream. */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class WebSocketCommand extends SimpleChannelInboundHandler<WebSocketFrame>
    implements CommandClient {
  static final String PROTOCOLS = "v5.channel.k8s.io,v4.channel.k8s.io";

  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int ERROR = 3;
  private static final int RESIZE = 4;
  private static final int CLOSE = 255;

  private final Channel channel;
  private final CommandSession session;

  WebSocketCommand(Channel channel, DockerStreams streams, Object request) {
    this.channel = channel;
    this.session = new CommandSession(streams, request, this);
  }

  void start() {
    // Tells a client that waits for it that the connection stands.
    channel.writeAndFlush(frame(STDOUT, ByteBuffer.allocate(0)), channel.voidPromise());
    session.start();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    switch (frame) {
      case BinaryWebSocketFrame _ -> message(frame.content());
      case PingWebSocketFrame _ ->
          context.writeAndFlush(
              new PongWebSocketFrame(frame.content().retain()), context.voidPromise());
      case CloseWebSocketFrame _ -> context.close();
      default -> {
        // Pongs, and text no protocol here has.
      }
    }
  }

  private void message(ByteBuf content) {
    if (!content.isReadable()) {
      return;
    }
    int stream = content.readUnsignedByte();
    byte[] bytes = ByteBufUtil.getBytes(content);
    if (stream == STDIN && bytes.length > 0) {
      session.input(bytes);
    } else if (stream == RESIZE) {
      session.resize(bytes);
    } else if (stream == CLOSE && bytes.length == 1 && bytes[0] == STDIN) {
      session.inputEnded();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    session.clientGone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  public void output(boolean stderr, ByteBuffer bytes) throws IOException {
    Writes.write(channel, frame(stderr ? STDERR : STDOUT, bytes));
  }

  @Override
  public void finish(byte[] status) {
    channel.write(frame(ERROR, ByteBuffer.wrap(status)), channel.voidPromise());
    var _ =
        channel
            .writeAndFlush(new CloseWebSocketFrame(1000, ""))
            .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void takeInput(boolean more) {
    channel.config().setAutoRead(more);
  }

  private static BinaryWebSocketFrame frame(int stream, ByteBuffer bytes) {
    ByteBuf head = Unpooled.buffer(1).writeByte(stream);
    return new BinaryWebSocketFrame(Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bytes)));
  }
}

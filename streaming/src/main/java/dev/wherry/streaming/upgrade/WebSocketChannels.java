package dev.wherry.streaming.upgrade;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/**
 * Several streams over one WebSocket: the first byte of each message names its stream, a number in
 * binary protocols, a digit before base64 text in the others (apimachinery wsstream).
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
public abstract class WebSocketChannels extends SimpleChannelInboundHandler<WebSocketFrame> {
  private static final int CLOSE_SIGNAL = 255;
  private static final int NONE = -1;
  private static final int NORMAL = 1000;
  private static final int LINGER_SECONDS = 5;

  /** Text of one message; it cannot be decoded in parts. */
  private static final int TEXT_BYTES_MAX = 1024 * 1024;

  private final Channel channel;
  private final boolean base64;
  private final boolean closeSignals;
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private int current = NONE;

  /**
   * @param protocol as agreed on; {@code base64} in its name means text messages, v5 that streams
   *     can be closed one by one
   */
  protected WebSocketChannels(Channel channel, String protocol) {
    this.channel = channel;
    this.base64 = protocol.contains("base64");
    this.closeSignals = protocol.startsWith("v5.");
  }

  /** Bytes of a stream, in order; on the event loop. */
  protected abstract void received(int stream, byte[] bytes);

  /** The client sends no more on a stream. */
  protected abstract void ended(int stream);

  /** The connection is gone. */
  protected abstract void connectionGone();

  @Override
  protected final void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    boolean begins = !(frame instanceof ContinuationWebSocketFrame);
    if (base64) {
      gather(begins, frame);
      return;
    }
    ByteBuf content = frame.content();
    if (begins) {
      current = content.isReadable() ? content.readUnsignedByte() : NONE;
    } else if (current == NONE && content.isReadable()) {
      current = content.readUnsignedByte();
    }
    if (content.isReadable()) {
      deliver(current, ByteBufUtil.getBytes(content));
    }
  }

  private void gather(boolean begins, WebSocketFrame frame) {
    if (begins) {
      text.reset();
    }
    text.writeBytes(ByteBufUtil.getBytes(frame.content()));
    if (text.size() > TEXT_BYTES_MAX) {
      channel.close();
    } else if (frame.isFinalFragment() && text.size() > 0) {
      String message = text.toString(StandardCharsets.US_ASCII);
      text.reset();
      try {
        deliver(message.charAt(0) - '0', Base64.getDecoder().decode(message.substring(1)));
      } catch (IllegalArgumentException e) {
        channel.close();
      }
    }
  }

  private void deliver(int stream, byte[] bytes) {
    if (stream == CLOSE_SIGNAL) {
      if (closeSignals && bytes.length == 1) {
        ended(bytes[0] & 0xff);
      }
    } else if (bytes.length > 0) {
      received(stream, bytes);
    }
  }

  /**
   * Sends a message; blocks while the client does not read.
   *
   * @throws IOException when the client has left
   */
  protected final void send(int stream, ByteBuffer bytes) throws IOException {
    BlockingWrites.write(channel, frame(stream, bytes));
  }

  private WebSocketFrame frame(int stream, ByteBuffer bytes) {
    if (base64) {
      byte[] encoded = Base64.getEncoder().encode(bytes).array();
      return new TextWebSocketFrame(
          (char) ('0' + stream) + new String(encoded, StandardCharsets.US_ASCII));
    }
    ByteBuf head = Unpooled.buffer(1).writeByte(stream);
    return new BinaryWebSocketFrame(Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bytes)));
  }

  /** Says goodbye; the client closes, or the connection ends a few seconds later. */
  protected final void finish() {
    if (channel.isActive()) {
      channel.writeAndFlush(new CloseWebSocketFrame(NORMAL, ""), channel.voidPromise());
      channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    }
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

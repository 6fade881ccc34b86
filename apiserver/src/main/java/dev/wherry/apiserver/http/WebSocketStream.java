package dev.wherry.apiserver.http;

import dev.wherry.model.status.ApiException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A WebSocket (RFC 6455) on which the server tells and the client listens: watches, as fabric8 and
 * browsers ask for them, and logs. Every write is one message. What the client sends is answered
 * when it is a ping or a close, and dropped otherwise.
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
public final class WebSocketStream implements AnswerStream {
  /** Bytes of one frame from a client that has nothing to say. */
  private static final int CLIENT_FRAME_BYTES_MAX = 64 << 10;

  private static final int STALL_SECONDS_MAX = 60;

  /** How long the client may take to say its own goodbye (RFC 6455, 7.1.1). */
  private static final int GOODBYE_SECONDS_MAX = 10;

  private static final String KEY_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String BINARY_PROTOCOL = "binary.k8s.io";
  private static final String BASE64_PROTOCOL = "base64.binary.k8s.io";
  private static final String BEARER_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

  /** Bytes on their way to the event loop; the channel does not count those. */
  private static final int QUEUED_BYTES_MAX = 128 << 10;

  /** How bytes become messages. */
  private enum Coding {
    TEXT,
    BINARY,
    BASE64
  }

  private final Channel channel;
  private final Coding coding;
  private final Listener listener = new Listener();
  private final AtomicInteger queuedBytes = new AtomicInteger();

  private WebSocketStream(Channel channel, Coding coding) {
    this.channel = channel;
    this.coding = coding;
  }

  /** Whether a request wants a WebSocket. */
  public static boolean isRequested(Exchange exchange) {
    return exchange.asksUpgrade()
        && exchange.header(HttpHeaderNames.UPGRADE).equalsIgnoreCase("websocket");
  }

  /**
   * Answers the handshake of a watch: text messages. What is written at once follows it.
   *
   * @throws ApiException 400 when the handshake lacks its key or speaks another version
   */
  public static WebSocketStream accept(Exchange exchange) {
    return accept(exchange, offered(exchange).stream().findFirst().orElse(""), Coding.TEXT);
  }

  /**
   * Answers the handshake of a log: binary messages, or base64 in text (apimachinery
   * wsstream.Reader). What is written at once follows it.
   *
   * @throws ApiException 400 when the handshake lacks its key, speaks another version or offers
   *     only other protocols
   */
  public static WebSocketStream acceptBytes(Exchange exchange) {
    List<String> offered = offered(exchange);
    if (offered.isEmpty() || offered.contains(BINARY_PROTOCOL)) {
      return accept(exchange, offered.isEmpty() ? "" : BINARY_PROTOCOL, Coding.BINARY);
    }
    if (offered.contains(BASE64_PROTOCOL)) {
      return accept(exchange, BASE64_PROTOCOL, Coding.BASE64);
    }
    throw ApiException.badRequest(
        "the WebSocket protocols of a log are " + BINARY_PROTOCOL + " and " + BASE64_PROTOCOL);
  }

  private static WebSocketStream accept(Exchange exchange, String protocol, Coding coding) {
    String key = exchange.header(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (key.isEmpty() || !exchange.header(HttpHeaderNames.SEC_WEBSOCKET_VERSION).equals("13")) {
      throw ApiException.badRequest("the WebSocket handshake needs a key and version 13");
    }
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    headers.set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptOf(key));
    if (!protocol.isEmpty()) {
      headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    WebSocketStream stream = new WebSocketStream(exchange.channel(), coding);
    exchange.upgrade(headers, stream::begin);
    return stream;
  }

  /** The offered subprotocols without the token in disguise. */
  private static List<String> offered(Exchange exchange) {
    return exchange.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
        .flatMap(value -> Stream.of(value.split(",", -1)))
        .map(String::trim)
        .filter(name -> !name.isEmpty() && !name.startsWith(BEARER_PROTOCOL))
        .toList();
  }

  private static String acceptOf(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key + KEY_SALT).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  private void begin(Channel upgraded) {
    upgraded
        .pipeline()
        .addLast(
            new WebSocket13FrameDecoder(
                WebSocketDecoderConfig.newBuilder()
                    .expectMaskedFrames(true)
                    .allowExtensions(false)
                    .maxFramePayloadLength(CLIENT_FRAME_BYTES_MAX)
                    .build()))
        .addLast(new WebSocket13FrameEncoder(false))
        .addLast(listener);
    upgraded.config().setAutoRead(true);
  }

  /** On the event loop, behind the handshake that was queued there first. */
  @Override
  public void write(ByteBuf bytes) {
    int size = bytes.readableBytes();
    queuedBytes.addAndGet(size);
    channel
        .eventLoop()
        .execute(() -> {
          queuedBytes.addAndGet(-size);
          channel.write(frame(bytes));
        });
  }

  private WebSocketFrame frame(ByteBuf bytes) {
    return switch (coding) {
      case TEXT -> new TextWebSocketFrame(bytes);
      case BINARY -> new BinaryWebSocketFrame(bytes);
      case BASE64 -> {
        ByteBuf encoded = io.netty.handler.codec.base64.Base64.encode(bytes, false);
        bytes.release();
        yield new TextWebSocketFrame(encoded);
      }
    };
  }

  @Override
  public void flush() {
    channel.eventLoop().execute(channel::flush);
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable() && queuedBytes.get() < QUEUED_BYTES_MAX;
  }

  @Override
  public void awaitWritable() {
    CountDownLatch changed = new CountDownLatch(1);
    whenWritable(changed::countDown);
    try {
      if (!changed.await(STALL_SECONDS_MAX, TimeUnit.SECONDS)) {
        channel.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Exchange.ClientGoneException();
    }
    if (!channel.isActive()) {
      throw new Exchange.ClientGoneException();
    }
  }

  @Override
  public void whenWritable(Runnable action) {
    channel.eventLoop().execute(() -> listener.whenWritable(action));
  }

  @Override
  public void whenGone(Runnable action) {
    channel.closeFuture().addListener(closed -> action.run());
  }

  @Override
  public boolean isOpen() {
    return channel.isActive();
  }

  /**
   * Says goodbye and waits for the client's. Closing at once would reset the connection where a
   * ping of the client lies unread, and a reset takes the last messages with it.
   */
  @Override
  public void close() {
    channel.eventLoop().execute(listener::sayGoodbye);
  }

  /** What the client says, and how fast it takes. */
  private final class Listener extends ChannelInboundHandlerAdapter {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean goodbyeSaid;

    void sayGoodbye() {
      if (goodbyeSaid || !channel.isActive()) {
        return;
      }
      goodbyeSaid = true;
      channel
          .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
          .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
      ScheduledFuture<?> patience =
          channel
              .eventLoop()
              .schedule(() -> channel.close(), GOODBYE_SECONDS_MAX, TimeUnit.SECONDS);
      channel.closeFuture().addListener(closed -> patience.cancel(false));
    }

    void whenWritable(Runnable action) {
      if (channel.isWritable() || !channel.isActive()) {
        action.run();
      } else {
        waiting.add(action);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      switch (message) {
        case PingWebSocketFrame ping ->
            ctx.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
        case CloseWebSocketFrame _ when goodbyeSaid -> ctx.close();
        case CloseWebSocketFrame _ -> {
          goodbyeSaid = true;
          ctx.writeAndFlush(new CloseWebSocketFrame(true, 0, Unpooled.EMPTY_BUFFER))
              .addListener(ChannelFutureListener.CLOSE);
        }
        default -> {
          // A watch has nothing to hear.
        }
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (ctx.channel().isWritable()) {
        runWaiting();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      runWaiting();
    }

    private void runWaiting() {
      for (Runnable action = waiting.poll(); action != null; action = waiting.poll()) {
        action.run();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}

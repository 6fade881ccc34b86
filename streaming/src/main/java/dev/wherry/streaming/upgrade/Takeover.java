package dev.wherry.streaming.upgrade;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.handler.timeout.IdleStateHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Answers 101 and puts the agreed protocol's handlers in the place of HTTP's. */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Takeover {
  /** A connection on which nothing moves for so long ends (kubelet's default, 4 hours). */
  static final long IDLE_HOURS_MAX = 4;

  /** Payload of one SPDY data frame as it is handed on. */
  static final int SPDY_CHUNK_BYTES = 32 * 1024;

  /** A server's pings have even numbers. */
  private static final int PING_ID = 2;

  private static final int SPDY_HEADER_BYTES_MAX = 16 * 1024;
  private static final int SPDY_COMPRESSION_LEVEL = 6;
  private static final int SPDY_WINDOW_BITS = 15;
  private static final int SPDY_MEMORY_LEVEL = 8;
  private static final String KEY_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final Channel channel;
  private final HttpHeaders request;
  private final List<String> httpHandlers;

  /**
   * @param request the headers of the request that asks for the upgrade
   * @param httpHandlers names of what leaves the pipeline, the codec last
   */
  public Takeover(Channel channel, HttpHeaders request, List<String> httpHandlers) {
    this.channel = channel;
    this.request = request;
    this.httpHandlers = List.copyOf(httpHandlers);
  }

  /** Whether the request has what a WebSocket needs beside its protocol. */
  public boolean canWebSocket() {
    return !request.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "").isEmpty()
        && request.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "").equals("13");
  }

  /** Becomes a WebSocket; the handlers get and send Netty's frames. */
  public void webSocket(String protocol, ChannelHandler... handlers) {
    FullHttpResponse response = switching("websocket");
    String key = request.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
    response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptOf(key));
    if (!protocol.isEmpty()) {
      response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    List<ChannelHandler> all = new ArrayList<>();
    all.add(new WebSocketDecoder());
    all.add(new WebSocket13FrameEncoder(false));
    all.add(new WebSocketControl());
    // kubectl gives up after a minute without a pong; one unasked is allowed (RFC 6455, 5.5.3).
    all.add(new SignOfLife(() -> new PongWebSocketFrame(Unpooled.EMPTY_BUFFER)));
    all.addAll(List.of(handlers));
    take(response, all);
  }

  /** Becomes SPDY inside the binary messages of a WebSocket (KEP-4006). */
  public void tunnel(String protocol, SpdyConnection connection) {
    webSocket(protocol, new TunnelFrames(), spdyCodec(), connection);
  }

  /** Becomes SPDY. */
  public void spdy(String protocol, SpdyConnection connection) {
    FullHttpResponse response = switching(Negotiated.SPDY);
    if (!protocol.isEmpty()) {
      response.headers().set(Negotiated.VERSION_HEADER, protocol);
    }
    take(
        response,
        List.of(spdyCodec(), new SignOfLife(() -> new DefaultSpdyPingFrame(PING_ID)), connection));
  }

  static SpdyFrameCodec spdyCodec() {
    return new SpdyFrameCodec(
        SpdyVersion.SPDY_3_1,
        SPDY_CHUNK_BYTES,
        SPDY_HEADER_BYTES_MAX,
        SPDY_COMPRESSION_LEVEL,
        SPDY_WINDOW_BITS,
        SPDY_MEMORY_LEVEL);
  }

  private static FullHttpResponse switching(String to) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.UPGRADE, to);
    return response;
  }

  private void take(FullHttpResponse response, List<ChannelHandler> handlers) {
    if (channel.eventLoop().inEventLoop()) {
      replace(response, handlers);
    } else {
      channel.eventLoop().execute(() -> replace(response, handlers));
    }
  }

  private void replace(FullHttpResponse response, List<ChannelHandler> handlers) {
    ChannelPipeline pipeline = channel.pipeline();
    channel.writeAndFlush(response, channel.voidPromise());
    pipeline.addLast(new IdleStateHandler(0, 0, IDLE_HOURS_MAX, TimeUnit.HOURS));
    pipeline.addLast(new CloseWhenIdle());
    pipeline.addLast(new HoldReads());
    handlers.forEach(pipeline::addLast);
    for (String name : httpHandlers) {
      if (pipeline.get(name) != null) {
        pipeline.remove(name);
      }
    }
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
}

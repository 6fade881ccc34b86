package dev.wherry.runtime.docker.streams;

import dev.wherry.proto.cri.v1.PortForwardRequest;
import dev.wherry.runtime.docker.DockerStreams;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The one request of each connection: a ticket's path and an upgrade to one of the protocols. */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class StreamUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String SPDY = "SPDY/3.1";
  private static final String VERSION_HEADER = "X-Stream-Protocol-Version";
  private static final int MESSAGE_BYTES_MAX = 1024 * 1024;

  private final StreamTickets tickets;
  private final DockerStreams streams;

  StreamUpgrade(StreamTickets tickets, DockerStreams streams) {
    this.tickets = tickets;
    this.streams = streams;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    boolean webSocket =
        "websocket".equalsIgnoreCase(request.headers().get(HttpHeaderNames.UPGRADE));
    boolean spdy = SPDY.equalsIgnoreCase(request.headers().get(HttpHeaderNames.UPGRADE));
    String path = request.uri().replaceFirst("\\?.*", "");
    String token = path.substring(path.lastIndexOf('/') + 1);
    if (!webSocket && !spdy) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "an upgrade is needed here");
      return;
    }
    boolean forward = path.startsWith("/portforward/");
    if (webSocket && (forward || !offersOurs(request))) {
      // Not taken up: the client comes again by SPDY with the same ticket or a new one.
      refuse(context, HttpResponseStatus.BAD_REQUEST, "no such WebSocket protocol here");
      return;
    }
    String protocol = forward ? SpdyPortForward.PROTOCOL : SpdyCommand.PROTOCOL;
    if (spdy && !versions(request).contains(protocol)) {
      refuse(context, HttpResponseStatus.FORBIDDEN, "only " + protocol + " is spoken here");
      return;
    }
    Optional<Object> ticket = tickets.take(token);
    if (ticket.isEmpty()) {
      refuse(context, HttpResponseStatus.NOT_FOUND, "this stream was taken up, or is too old");
    } else if (webSocket) {
      webSocket(context, request, ticket.get());
    } else {
      spdy(context, protocol, ticket.get());
    }
  }

  private static boolean offersOurs(FullHttpRequest request) {
    List<String> ours = List.of(WebSocketCommand.PROTOCOLS.split(",", -1));
    return request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
        .flatMap(value -> List.of(value.split(",", -1)).stream())
        .map(String::strip)
        .anyMatch(ours::contains);
  }

  private static List<String> versions(FullHttpRequest request) {
    return request.headers().getAll(VERSION_HEADER).stream()
        .flatMap(value -> List.of(value.split(",", -1)).stream())
        .map(String::strip)
        .toList();
  }

  private void webSocket(ChannelHandlerContext context, FullHttpRequest request, Object ticket) {
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(
                "ws://localhost" + request.uri(),
                WebSocketCommand.PROTOCOLS,
                false,
                MESSAGE_BYTES_MAX)
            .newHandshaker(request);
    if (handshaker == null) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "only WebSocket version 13 is spoken here");
      return;
    }
    var command = new WebSocketCommand(context.channel(), streams, ticket);
    context.pipeline().addLast(command);
    handshaker
        .handshake(context.channel(), request)
        .addListener(done -> {
          if (done.isSuccess()) {
            context.pipeline().remove(this);
            command.start();
          } else {
            context.close();
          }
        });
  }

  private void spdy(ChannelHandlerContext context, String protocol, Object ticket) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.UPGRADE, SPDY)
        .set(VERSION_HEADER, protocol);
    SpdyConnection connection =
        ticket instanceof PortForwardRequest forward
            ? new SpdyPortForward(context.channel(), streams, forward.getPodSandboxId())
            : new SpdyCommand(context.channel(), streams, ticket);
    context.writeAndFlush(response, context.voidPromise());
    ChannelPipeline pipeline = context.pipeline();
    pipeline.addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1), connection);
    pipeline.remove(DockerStreamingServer.AGGREGATOR);
    pipeline.remove(this);
    pipeline.remove(HttpServerCodec.class);
  }

  private static void refuse(ChannelHandlerContext context, HttpResponseStatus status, String why) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.copiedBuffer(why + "\n", StandardCharsets.UTF_8));
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}

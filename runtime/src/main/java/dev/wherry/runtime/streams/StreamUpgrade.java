package dev.wherry.runtime.streams;

import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.proto.cri.v1.PortForwardRequest;
import dev.wherry.streaming.portforward.PortForwardServer;
import dev.wherry.streaming.remotecommand.CommandStreams;
import dev.wherry.streaming.remotecommand.RemoteCommandServer;
import dev.wherry.streaming.upgrade.Negotiated;
import dev.wherry.streaming.upgrade.Takeover;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The one request of each connection: a ticket's path and an upgrade to one of the protocols. */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class StreamUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final List<String> HTTP_HANDLERS =
      List.of(StreamingServer.UPGRADE, StreamingServer.BODY, StreamingServer.CODEC);

  private final StreamTickets tickets;
  private final StreamSource streams;

  StreamUpgrade(StreamTickets tickets, StreamSource streams) {
    this.tickets = tickets;
    this.streams = streams;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    String path = request.uri().replaceFirst("\\?.*", "");
    String token = path.substring(path.lastIndexOf('/') + 1);
    boolean forward = path.startsWith("/portforward/");
    Negotiated agreed =
        forward
            ? PortForwardServer.negotiate(request.headers(), List.of())
            : RemoteCommandServer.negotiate(request.headers());
    // A ticket is only taken up by a client that is understood.
    if (agreed instanceof Negotiated.Refused(int code, String text)) {
      refuse(context, HttpResponseStatus.valueOf(code), text);
      return;
    }
    Takeover takeover = new Takeover(context.channel(), request.headers(), HTTP_HANDLERS);
    if (agreed instanceof Negotiated.WebSocket && !takeover.canWebSocket()) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "only WebSocket version 13 is spoken here");
      return;
    }
    Optional<Object> ticket = tickets.take(token);
    if (ticket.isEmpty()) {
      refuse(
          context,
          HttpResponseStatus.NOT_FOUND,
          "this stream is not known, was taken up, or is too old");
      return;
    }
    begin(context.channel(), takeover, agreed, ticket.get());
  }

  private void begin(Channel channel, Takeover takeover, Negotiated agreed, Object ticket) {
    switch (ticket) {
      case ExecRequest e ->
          RemoteCommandServer.begin(
              channel,
              takeover,
              agreed,
              new CommandStreams(e.getStdin(), e.getStdout(), e.getStderr(), e.getTty()),
              () -> streams.exec(e));
      case AttachRequest a ->
          RemoteCommandServer.begin(
              channel,
              takeover,
              agreed,
              new CommandStreams(a.getStdin(), a.getStdout(), a.getStderr(), a.getTty()),
              () -> streams.attach(a));
      case PortForwardRequest p ->
          PortForwardServer.begin(
              channel,
              takeover,
              agreed,
              p.getPortList(),
              port -> streams.dial(p.getPodSandboxId(), port));
      default -> throw new IllegalStateException("no such ticket");
    }
  }

  private static void refuse(ChannelHandlerContext context, HttpResponseStatus status, String why) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.copiedBuffer(why + "\n", StandardCharsets.UTF_8));
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}

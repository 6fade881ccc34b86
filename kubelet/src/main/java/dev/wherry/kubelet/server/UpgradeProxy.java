package dev.wherry.kubelet.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Hands an upgrade to the runtime's streaming server and then moves bytes both ways, as old
 * kubelets did: whatever the runtime speaks (SPDY always) the client can speak.
 */
final class UpgradeProxy implements StreamPart {
  private static final int CONNECT_MILLIS = 10_000;

  @Override
  public void begin(ChannelHandlerContext context, FullHttpRequest request, String runtimeUrl) {
    Channel client = context.channel();
    URI target = URI.create(runtimeUrl);
    byte[] head = head(request, target);
    request.release();
    client.config().setAutoRead(false);
    new Bootstrap()
        .group(client.eventLoop())
        .channel(client.getClass().asSubclass(Channel.class))
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .option(ChannelOption.AUTO_READ, false)
        .handler(new Join(client))
        .connect(target.getHost(), target.getPort())
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (connected.isSuccess()) {
                    toBytes(client.pipeline());
                    client.pipeline().addLast(new Pipe(connected.channel()));
                    connected.channel().writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(head));
                    connected.channel().read();
                    client.read();
                  } else {
                    client.close();
                  }
                });
  }

  /** Leaves TLS in the pipeline and takes HTTP out. */
  private static void toBytes(ChannelPipeline pipeline) {
    for (String name : KubeletServer.HTTP_HANDLERS) {
      if (pipeline.get(name) != null) {
        pipeline.remove(name);
      }
    }
  }

  private static byte[] head(FullHttpRequest request, URI target) {
    String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
    StringBuilder head =
        new StringBuilder(request.method().name())
            .append(' ')
            .append(target.getRawPath())
            .append(query)
            .append(" HTTP/1.1\r\nHost: ")
            .append(target.getAuthority())
            .append("\r\n");
    for (Map.Entry<String, String> header : request.headers()) {
      if (!header.getKey().equalsIgnoreCase(HttpHeaderNames.HOST.toString())) {
        head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
      }
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The runtime's side. */
  private static final class Join extends ChannelInitializer<Channel> {
    private final Channel client;

    Join(Channel client) {
      this.client = client;
    }

    @Override
    protected void initChannel(Channel channel) {
      channel.pipeline().addLast(new Pipe(client));
    }
  }

  /** Writes what one side sends to the other, reading on only when it has gone out. */
  private static final class Pipe extends ChannelInboundHandlerAdapter {
    private final Channel other;

    Pipe(Channel other) {
      this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf bytes) {
        other
            .writeAndFlush(bytes)
            .addListener(written -> {
              if (written.isSuccess()) {
                context.read();
              } else {
                context.close();
              }
            });
      } else {
        io.netty.util.ReferenceCountUtil.release(message);
        context.read();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      other
          .writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
          .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}

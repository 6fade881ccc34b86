package dev.wherry.streaming.upgrade;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Opens SPDY connections to a runtime's streaming server (CRI Exec, Attach and PortForward give its
 * URLs).
 *
 * @param channelType a type of channel that the event loops can run
 */
public record SpdyClient(EventLoopGroup loops, Class<? extends SocketChannel> channelType) {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int UPGRADE_SECONDS = 30;
  private static final int ANSWER_BYTES_MAX = 16 * 1024;

  /**
   * Connects and leaves HTTP; blocking.
   *
   * @param url {@code http://HOST:PORT/...}
   * @param made the handler of the connection
   * @throws IOException when there is no such server or it refuses; the message says why
   */
  public <C extends SpdyConnection> C open(URI url, String protocol, Function<Channel, C> made)
      throws IOException {
    if (!"http".equals(url.getScheme()) || url.getHost() == null) {
      throw new IOException("the runtime streams at " + url + "; only plain HTTP is spoken");
    }
    CompletableFuture<C> upgraded = new CompletableFuture<>();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(channelType)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast("codec", new HttpClientCodec())
                        .addLast("body", new HttpObjectAggregator(ANSWER_BYTES_MAX))
                        .addLast("upgrade", new Answer<>(request(url, protocol), made, upgraded));
                  }
                });
    var connected = bootstrap.connect(url.getHost(), url.getPort() < 0 ? 80 : url.getPort());
    connected.addListener(done -> {
      if (!done.isSuccess()) {
        upgraded.completeExceptionally(done.cause());
      }
    });
    try {
      return upgraded.get(UPGRADE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      connected.channel().close().awaitUninterruptibly();
      throw new IOException("the runtime's streaming server: " + reason(e), e);
    } catch (TimeoutException e) {
      connected.channel().close().awaitUninterruptibly();
      throw new IOException("the runtime's streaming server does not answer", e);
    } catch (InterruptedException e) {
      connected.channel().close().awaitUninterruptibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String reason(ExecutionException e) {
    Throwable cause = e.getCause();
    return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
  }

  private static FullHttpRequest request(URI url, String protocol) {
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, url.getRawPath() + query, Unpooled.EMPTY_BUFFER);
    request
        .headers()
        .set(HttpHeaderNames.HOST, url.getRawAuthority())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.UPGRADE, Negotiated.SPDY)
        .set(Negotiated.VERSION_HEADER, protocol)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
    return request;
  }

  /** Waits for the 101. */
  // A write that fails closes the channel, and closing is what is waited for.
  @SuppressWarnings("FutureReturnValueIgnored")
  private static final class Answer<C extends SpdyConnection>
      extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final FullHttpRequest request;
    private final Function<Channel, C> made;
    private final CompletableFuture<C> upgraded;

    Answer(FullHttpRequest request, Function<Channel, C> made, CompletableFuture<C> upgraded) {
      this.request = request;
      this.made = made;
      this.upgraded = upgraded;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.writeAndFlush(request, context.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      if (response.status().code() != 101) {
        String text = response.content().toString(StandardCharsets.UTF_8).strip();
        upgraded.completeExceptionally(
            new IOException("it answers " + response.status() + ": " + text));
        return;
      }
      C connection = made.apply(context.channel());
      context.pipeline().addLast(new HoldReads(), Takeover.spdyCodec(), connection);
      context.pipeline().remove("body");
      context.pipeline().remove(this);
      context.pipeline().remove("codec");
      upgraded.complete(connection);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      upgraded.completeExceptionally(new IOException("it closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      upgraded.completeExceptionally(cause);
    }
  }
}

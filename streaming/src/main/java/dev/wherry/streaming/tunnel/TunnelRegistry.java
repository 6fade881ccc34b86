package dev.wherry.streaming.tunnel;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The API server's end: the tunnels of all agents, and the {@link NodeDialer} over them. */
public final class TunnelRegistry implements NodeDialer, AutoCloseable {
  private final ConcurrentHashMap<String, Channel> tunnels = new ConcurrentHashMap<>();
  private final Arrivals arrivals = new Arrivals();

  /**
   * Takes over an upgraded connection. Call it on the channel's event loop, after the 101 response
   * is written and with every HTTP handler removed; only TLS may remain. A node's newer tunnel
   * replaces its older one, whose streams end.
   *
   * @param nodeName the name from the agent's certificate, never from the request
   */
  public void adopt(Channel channel, String nodeName) {
    requireNonNull(nodeName, "nodeName");
    channel
        .pipeline()
        .addLast(new SilenceWatch())
        .addLast(
            Http2FrameCodecBuilder.forClient()
                .initialSettings(
                    Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .initialWindowSize(TunnelProtocol.STREAM_WINDOW_BYTES))
                .gracefulShutdownTimeoutMillis(0)
                .decoderEnforceMaxRstFramesPerWindow(TunnelProtocol.RESETS_PER_SECOND_MAX, 1)
                .encoderEnforceMaxRstFramesPerWindow(TunnelProtocol.RESETS_PER_SECOND_MAX, 1)
                .build())
        .addLast(new ConnectionWindow())
        .addLast(new SilenceWatch.Pinger())
        .addLast(new Http2MultiplexHandler(new RefuseStreams()))
        .addLast(new CloseOnError());
    Channel older = tunnels.put(nodeName, channel);
    if (older != null && older != channel) {
      older.close();
    }
    channel.closeFuture().addListener(done -> tunnels.remove(nodeName, channel));
    arrivals.arrived(nodeName, channel);
  }

  /** Names of the nodes that can be dialled now, sorted. */
  public Set<String> nodes() {
    return new TreeSet<>(tunnels.keySet());
  }

  @Override
  public CompletionStage<Channel> dial(String nodeName, DialTarget target, Duration timeout) {
    CompletableFuture<Channel> opened = new CompletableFuture<>();
    tunnel(nodeName, timeout)
        .whenComplete((tunnel, failure) -> {
          if (failure == null) {
            open(tunnel, nodeName, target, timeout, opened);
          } else {
            opened.completeExceptionally(
                new DialException("node \"" + nodeName + "\" is not connected to this server"));
          }
        });
    return opened;
  }

  private CompletableFuture<Channel> tunnel(String nodeName, Duration timeout) {
    Channel present = tunnels.get(nodeName);
    if (present != null) {
      return CompletableFuture.completedFuture(present);
    }
    CompletableFuture<Channel> next = arrivals.next(nodeName, timeout);
    Channel meanwhile = tunnels.get(nodeName);
    if (meanwhile != null) {
      next.complete(meanwhile);
    }
    return next;
  }

  private static void open(
      Channel tunnel,
      String nodeName,
      DialTarget target,
      Duration timeout,
      CompletableFuture<Channel> opened) {
    new Http2StreamChannelBootstrap(tunnel)
        .handler(new AwaitAccept(nodeName, target, opened))
        .open()
        .addListener((io.netty.util.concurrent.Future<Http2StreamChannel> f) -> {
          if (f.isSuccess()) {
            connect(f.getNow(), target, timeout, opened);
          } else {
            opened.completeExceptionally(
                new DialException("no stream to node \"" + nodeName + "\"", f.cause()));
          }
        });
  }

  private static void connect(
      Http2StreamChannel stream,
      DialTarget target,
      Duration timeout,
      CompletableFuture<Channel> opened) {
    Http2Headers headers =
        new DefaultHttp2Headers().method("CONNECT").authority(target.authority());
    stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers));
    var late =
        stream
            .eventLoop()
            .schedule(
                () -> {
                  if (opened.completeExceptionally(
                      DialException.late(
                          target.authority()
                              + " did not answer within "
                              + timeout.toMillis()
                              + " ms"))) {
                    stream.close();
                  }
                },
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
    opened.whenComplete((channel, failure) -> late.cancel(false));
  }

  @Override
  public void close() {
    tunnels.values().forEach(Channel::close);
  }

  /** Waits for the agent's {@code :status}, then becomes {@link StreamBytes}. */
  private static final class AwaitAccept extends ChannelInboundHandlerAdapter {
    private final String nodeName;
    private final DialTarget target;
    private final CompletableFuture<Channel> opened;

    AwaitAccept(String nodeName, DialTarget target, CompletableFuture<Channel> opened) {
      this.nodeName = nodeName;
      this.target = target;
      this.opened = opened;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (!(message instanceof Http2HeadersFrame headers)) {
        ReferenceCountUtil.release(message);
        return;
      }
      CharSequence status = headers.headers().status();
      if (status != null && "200".contentEquals(status) && !headers.isEndStream()) {
        ctx.channel().config().setAutoRead(false);
        ctx.pipeline().replace(this, "bytes", new StreamBytes());
        if (!opened.complete(ctx.channel())) {
          ctx.close();
        }
        return;
      }
      fail(ctx, "refused " + target.authority() + reason(headers.headers()));
    }

    private static String reason(Http2Headers headers) {
      CharSequence reason = headers.get(AgentStreams.REASON);
      return reason == null ? "" : ": " + reason;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Http2ResetFrame) {
        fail(ctx, "reset the stream to " + target.authority());
      }
      ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      fail(ctx, "went away");
      ctx.fireChannelInactive();
    }

    private void fail(ChannelHandlerContext ctx, String what) {
      if (opened.completeExceptionally(new DialException("node \"" + nodeName + "\" " + what))) {
        ctx.close();
      }
    }
  }

  /** An agent has no reason to open streams towards the server on a tunnel. */
  private static final class RefuseStreams extends ChannelInitializer<Channel> {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    protected void initChannel(Channel stream) {
      stream.close();
    }
  }
}

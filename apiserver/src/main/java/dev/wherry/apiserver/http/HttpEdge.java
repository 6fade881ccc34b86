package dev.wherry.apiserver.http;

import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.streaming.listen.Listening;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Listens, and runs the handler for every request. */
public final class HttpEdge implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpEdge.class.getName());

  /**
   * Cancelled requests of one connection in {@link #RESETS_SECONDS}; more is a flood and ends it. A
   * controller that stops its informers cancels hundreds of watches at once.
   */
  private static final int RESETS_MAX = 2_000;

  private static final int RESETS_SECONDS = 10;
  private static final int LOOP_THREADS = 2;
  private static final int WRITE_BUFFER_LOW_BYTES = 32 << 10;
  private static final int WRITE_BUFFER_HIGH_BYTES = 128 << 10;
  private static final int HTTP2_STREAMS_MAX = 1_000;
  private static final int HTTP2_WINDOW_BYTES = 1 << 20;
  private static final int STOP_SECONDS = 5;

  /** Writes of one turn of the event loop go out together; at most so many wait for its end. */
  private static final int FLUSHES_MAX = 256;

  private final HttpLimits limits;
  private final Supplier<SslContext> tls;
  private final RequestHandler handler;
  private final EventLoopGroup loops;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore inFlight;
  private final Semaphore longRunning;
  private final Channel listener;

  private HttpEdge(
      HttpLimits limits,
      Supplier<SslContext> tls,
      RequestHandler handler,
      InetSocketAddress address)
      throws InterruptedException {
    this.limits = limits;
    this.tls = tls;
    this.handler = handler;
    this.inFlight = new Semaphore(limits.inFlightMax() + limits.waitingMax());
    this.longRunning = new Semaphore(limits.longRunningMax());
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.loops = new MultiThreadIoEventLoopGroup(LOOP_THREADS, io);
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loops)
            .channel(
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1_024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(WRITE_BUFFER_LOW_BYTES, WRITE_BUFFER_HIGH_BYTES))
            .childHandler(new Connection());
    this.listener = Listening.on(server, address);
  }

  /**
   * @param tls asked for every connection, so that a rotated certificate is used
   * @param address port 0 for any free one
   * @throws java.io.UncheckedIOException with a sentence when it cannot be listened on
   */
  public static HttpEdge start(
      HttpLimits limits,
      Supplier<SslContext> tls,
      RequestHandler handler,
      InetSocketAddress address)
      throws InterruptedException {
    return new HttpEdge(limits, tls, handler, address);
  }

  HttpLimits limits() {
    return limits;
  }

  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  public EventLoopGroup loops() {
    return loops;
  }

  void work(Exchange exchange, boolean isLongRunning) {
    Semaphore room = isLongRunning ? longRunning : inFlight;
    if (!room.tryAcquire()) {
      respond(
          exchange,
          ApiException.tooManyRequests(
              "The server has received too many requests and has asked us to try again later", 1));
      return;
    }
    workers.execute(() -> {
      try {
        handler.handle(exchange);
      } catch (Exchange.ClientGoneException gone) {
        exchange.channel().close();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "request failed path=" + exchange.path(), e);
        if (exchange.answered()) {
          exchange.channel().close();
        } else {
          respond(exchange, ApiException.internal("the request failed; see the server's log"));
        }
      } finally {
        release(exchange, room, isLongRunning);
      }
    });
  }

  /** A long-running answer holds its place until it is written to the end. */
  private static void release(Exchange exchange, Semaphore room, boolean isLongRunning) {
    if (isLongRunning && exchange.answered()) {
      exchange.whenFinished(room::release);
    } else {
      room.release();
    }
  }

  private static void respond(Exchange exchange, ApiException e) {
    if (e.details().retryAfterSeconds() > 0) {
      exchange.setHeader("Retry-After", String.valueOf(e.details().retryAfterSeconds()));
    }
    exchange.respond(e.code(), "application/json", Json.write(e.toStatus()));
  }

  /** Stops listening, gives requests under way a moment, then hangs up. */
  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    workers.shutdown();
    try {
      boolean done =
          inFlight.tryAcquire(
              limits.inFlightMax() + limits.waitingMax(), STOP_SECONDS, TimeUnit.SECONDS);
      if (!done) {
        LOG.log(System.Logger.Level.WARNING, "stop=impatient requestsLeft=some");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connections.close().awaitUninterruptibly();
    workers.shutdownNow();
    loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private final class Connection extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      if (connections.size() >= limits.connectionsMax()) {
        channel.close();
        return;
      }
      connections.add(channel);
      SslHandler handshake = tls.get().newHandler(channel.alloc());
      // Netty's ten seconds are too few for a client that starts on a slow or busy machine.
      handshake.setHandshakeTimeout(limits.headerTimeoutSeconds(), TimeUnit.SECONDS);
      channel
          .pipeline()
          .addLast(handshake)
          .addLast(new FlushConsolidationHandler(FLUSHES_MAX, true))
          .addLast("head-timeout", new ReadTimeoutHandler(limits.headerTimeoutSeconds()))
          .addLast(new Protocol());
    }
  }

  private final class Protocol extends ApplicationProtocolNegotiationHandler {
    Protocol() {
      super(ApplicationProtocolNames.HTTP_1_1);
    }

    @Override
    protected void configurePipeline(io.netty.channel.ChannelHandlerContext ctx, String protocol) {
      ChannelPipeline pipeline = ctx.pipeline();
      pipeline.remove("head-timeout");
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        pipeline.addLast(
            new Http2Frames()
                .initialSettings(
                    Http2Settings.defaultSettings()
                        .maxConcurrentStreams(HTTP2_STREAMS_MAX)
                        .initialWindowSize(HTTP2_WINDOW_BYTES)
                        .maxHeaderListSize(limits.headerBytesMax()))
                .decoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
                .build());
        pipeline.addLast(new Http2MultiplexHandler(new Stream()));
        pipeline.addLast(new IdleStateHandler(0, 0, limits.headerTimeoutSeconds()));
        pipeline.addLast(new CloseIdle());
      } else {
        pipeline.addLast(
            "http",
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(Listening.REQUEST_LINE_BYTES_MAX)
                    .setMaxHeaderSize(limits.headerBytesMax())));
        pipeline.addLast("edge", new EdgeHandler(HttpEdge.this, false));
      }
    }

    @Override
    protected void handshakeFailure(io.netty.channel.ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }

    @Override
    public void exceptionCaught(io.netty.channel.ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  /** Ends HTTP/2 connections on which nothing runs. */
  private static final class CloseIdle extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(io.netty.channel.ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent
          && ctx.pipeline().get(Http2FrameCodec.class).connection().numActiveStreams() == 0) {
        ctx.close();
      }
      ctx.fireUserEventTriggered(event);
    }

    /** A client that was killed resets its connection; its streams end with it. */
    @Override
    public void exceptionCaught(io.netty.channel.ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  @ChannelHandler.Sharable
  private final class Stream extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel stream) {
      stream
          .pipeline()
          .addLast(new Http2StreamFrameToHttpObjectCodec(true))
          .addLast("edge", new EdgeHandler(HttpEdge.this, true));
    }
  }
}

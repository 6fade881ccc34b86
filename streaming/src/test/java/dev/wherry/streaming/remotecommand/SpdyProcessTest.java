package dev.wherry.streaming.remotecommand;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.streaming.upgrade.SpdyClient;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process behind a runtime that, as containerd does, hangs up as soon as the command ended. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpdyProcessTest {
  private static final CommandStreams WANTED = new CommandStreams(false, true, true, false);
  private static final int STREAMS = 3;
  private static final String STATUS = "{\"metadata\":{},\"status\":\"Success\"}";

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private volatile int answered = STREAMS;
  private Channel server;
  private URI url;

  @BeforeEach
  void start() {
    server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel child) {
                    child
                        .pipeline()
                        .addLast("http", new HttpServerCodec())
                        .addLast("body", new HttpObjectAggregator(1024))
                        .addLast("upgrade", new Upgrade());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    url =
        URI.create(
            "http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort() + "/exec");
  }

  @AfterEach
  void stop() {
    server.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private SpdyProcess open() throws IOException {
    return SpdyProcess.open(new SpdyClient(loops, NioSocketChannel.class), url, WANTED);
  }

  @RepeatedTest(50)
  void open_commandEndsAtOnce_givesOutputAndOutcome() throws Exception {
    SpdyProcess process = open();

    assertEquals(
        "done", StandardCharsets.UTF_8.decode(process.read().orElseThrow().bytes()).toString());
    assertEquals(Optional.empty(), process.read());
    assertEquals(CommandStatus.exit(0), process.outcome());
  }

  @Test
  void open_runtimeHangsUpBeforeItTookEveryStream_fails() {
    answered = STREAMS - 1;

    assertThrows(IOException.class, this::open);
  }

  private final class Upgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      var response =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
      response
          .headers()
          .set(HttpHeaderNames.CONNECTION, "Upgrade")
          .set(HttpHeaderNames.UPGRADE, "SPDY/3.1");
      context.writeAndFlush(response);
      context.pipeline().addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1), new Command());
      context.pipeline().remove("body");
      context.pipeline().remove(this);
      context.pipeline().remove("http");
    }
  }

  /** Waits for all streams, then sends replies, output and status as one and hangs up. */
  private final class Command extends SimpleChannelInboundHandler<SpdyFrame> {
    private final List<Integer> streams = new ArrayList<>();

    @Override
    protected void channelRead0(ChannelHandlerContext context, SpdyFrame frame) {
      if (!(frame instanceof SpdySynStreamFrame syn)) {
        return;
      }
      streams.add(syn.streamId());
      if (streams.size() < STREAMS) {
        return;
      }
      for (int stream : streams.subList(0, answered)) {
        SpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(stream);
        reply.headers().set("x-stream-accepted", "true");
        context.write(reply);
      }
      data(context, streams.get(1), "done");
      data(context, streams.get(0), STATUS);
      context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private static void data(ChannelHandlerContext context, int stream, String text) {
      DefaultSpdyDataFrame frame =
          new DefaultSpdyDataFrame(stream, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
      context.write(frame.setLast(true));
    }
  }
}

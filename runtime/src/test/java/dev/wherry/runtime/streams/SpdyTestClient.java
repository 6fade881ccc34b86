package dev.wherry.runtime.streams;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Opens streams as kubectl does and gathers what comes back on each. */
public final class SpdyTestClient implements AutoCloseable {
  private static final long WAIT_SECONDS = 120;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final CompletableFuture<String> upgraded = new CompletableFuture<>();
  private final Map<Integer, StringBuilder> received = new ConcurrentHashMap<>();
  private final Map<Integer, CompletableFuture<String>> ended = new ConcurrentHashMap<>();
  private final Channel channel;
  private int nextStream = 1;

  public SpdyTestClient(String url, String protocol) throws Exception {
    URI target = URI.create(url);
    channel =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel c) {
                    c.pipeline().addLast(new Upgrade());
                  }
                })
            .connect(target.getHost(), target.getPort())
            .sync()
            .channel();
    String request =
        "POST "
            + target.getPath()
            + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
            + "X-Stream-Protocol-Version: "
            + protocol
            + "\r\nContent-Length: 0\r\n\r\n";
    channel.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII)).sync();
  }

  /** The answer's first line. */
  public String answer() throws Exception {
    return upgraded.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  public int open(Map<String, String> headers) {
    int stream = nextStream;
    nextStream += 2;
    received.put(stream, new StringBuilder());
    ended.put(stream, new CompletableFuture<>());
    SpdySynStreamFrame syn = new DefaultSpdySynStreamFrame(stream, 0, (byte) 0);
    headers.forEach((name, value) -> syn.headers().add(name, value));
    channel.writeAndFlush(syn).syncUninterruptibly();
    return stream;
  }

  public void send(int stream, String text, boolean last) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    channel
        .writeAndFlush(new DefaultSpdyDataFrame(stream, bytes).setLast(last))
        .syncUninterruptibly();
  }

  /** Everything a stream got, once the server has ended it. */
  public String text(int stream) throws Exception {
    return ended.get(stream).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private final class Upgrade extends ChannelInboundHandlerAdapter {
    private final StringBuilder head = new StringBuilder();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      while (bytes.isReadable() && head.indexOf("\r\n\r\n") < 0) {
        head.append((char) bytes.readByte());
      }
      if (head.indexOf("\r\n\r\n") < 0) {
        bytes.release();
        return;
      }
      context.pipeline().addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1), new Frames());
      context.pipeline().remove(this);
      upgraded.complete(head.substring(0, head.indexOf("\r\n")));
      context.pipeline().fireChannelRead(bytes);
    }
  }

  private final class Frames extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof SpdyDataFrame data) {
        StringBuilder text = received.get(data.streamId());
        text.append(data.content().toString(StandardCharsets.UTF_8));
        if (data.isLast()) {
          ended.get(data.streamId()).complete(text.toString());
        }
        data.release();
      }
    }
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}

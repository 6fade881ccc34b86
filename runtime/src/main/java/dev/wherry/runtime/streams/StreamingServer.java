package dev.wherry.runtime.streams;

import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.proto.cri.v1.PortForwardRequest;
import dev.wherry.runtime.StreamingEndpoint;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** Serves the streams of CRI's URLs on a free port of the loopback address. */
public final class StreamingServer implements StreamingEndpoint {
  static final String CODEC = "http";
  static final String BODY = "body";
  static final String UPGRADE = "upgrade";
  private static final int REQUEST_BYTES_MAX = 64 * 1024;
  private static final long GRACE_SECONDS = 1;

  private final StreamTickets tickets;
  private final EventLoopGroup loop;
  private final Channel server;

  private StreamingServer(StreamTickets tickets, EventLoopGroup loop, Channel server) {
    this.tickets = tickets;
    this.loop = loop;
    this.server = server;
  }

  public static StreamingServer start(StreamSource streams, InstantSource clock) {
    var tickets = new StreamTickets(clock);
    var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Channel server =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(CODEC, new HttpServerCodec())
                        .addLast(BODY, new HttpObjectAggregator(REQUEST_BYTES_MAX))
                        .addLast(UPGRADE, new StreamUpgrade(tickets, streams));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
            .syncUninterruptibly()
            .channel();
    return new StreamingServer(tickets, loop, server);
  }

  @Override
  public String exec(ExecRequest request) {
    return url("exec", request);
  }

  @Override
  public String attach(AttachRequest request) {
    return url("attach", request);
  }

  @Override
  public String portForward(PortForwardRequest request) {
    return url("portforward", request);
  }

  private String url(String what, Object request) {
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    return "http://127.0.0.1:" + port + "/" + what + "/" + tickets.issue(request);
  }

  @Override
  public void close() {
    server.close().awaitUninterruptibly();
    var _ = loop.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
  }
}

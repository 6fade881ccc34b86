package dev.wherry.streaming.socket;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** gRPC towards a Unix socket: one event loop, epoll where there is one. Safe for many threads. */
public final class SocketChannel implements AutoCloseable {
  private static final String SCHEME = "unix://";

  /** Of an answer of CRI, as the kubelet has it upstream. */
  private static final int MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

  private static final int CLOSE_SECONDS = 2;

  private final EventLoopGroup loops;
  private final ManagedChannel channel;

  /**
   * With room for the answers of CRI. Connects at the first call.
   *
   * @param endpoint {@code unix:///path} or a plain path
   */
  public SocketChannel(String endpoint) {
    this(endpoint, MESSAGE_BYTES_MAX);
  }

  /**
   * @param endpoint {@code unix:///path} or a plain path
   * @param answerBytesMax larger answers fail with RESOURCE_EXHAUSTED
   */
  public SocketChannel(String endpoint, int answerBytesMax) {
    String path = endpoint.startsWith(SCHEME) ? endpoint.substring(SCHEME.length()) : endpoint;
    boolean epoll = Epoll.isAvailable();
    loops =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    channel =
        NettyChannelBuilder.forAddress(
                epoll ? new DomainSocketAddress(path) : UnixDomainSocketAddress.of(path))
            .channelType(epoll ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class)
            .eventLoopGroup(loops)
            // Never shut down: what a closed channel still tells its calls would be lost.
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .overrideAuthority("localhost")
            .maxInboundMessageSize(answerBytesMax)
            // Only TCP has it; grpc sets it for every channel and Netty complains.
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .usePlaintext()
            .build();
  }

  public ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    var _ = loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}

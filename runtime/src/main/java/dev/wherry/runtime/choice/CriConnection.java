package dev.wherry.runtime.choice;

import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.proto.cri.v1.RuntimeServiceGrpc;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A CRI client for the few questions a worker asks before its kubelet runs. Blocking. */
public final class CriConnection implements AutoCloseable {
  private static final int MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
  private static final int CLOSE_SECONDS = 2;

  private final EventLoopGroup loop;
  private final ManagedChannel channel;

  /** Connects at the first call. */
  public CriConnection(Path socket) {
    boolean epoll = Epoll.isAvailable();
    loop =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    channel =
        NettyChannelBuilder.forAddress(
                epoll
                    ? new DomainSocketAddress(socket.toFile())
                    : UnixDomainSocketAddress.of(socket))
            .channelType(epoll ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class)
            .eventLoopGroup(loop)
            .overrideAuthority("localhost")
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .usePlaintext()
            .build();
  }

  /** The runtime half, for calls that end in the given time. */
  public RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime(Duration deadline) {
    return RuntimeServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The image half, for calls that end in the given time. */
  public ImageServiceGrpc.ImageServiceBlockingStub images(Duration deadline) {
    return ImageServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}

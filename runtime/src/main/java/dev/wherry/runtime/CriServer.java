package dev.wherry.runtime;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * gRPC on a Unix socket only root can open. One event loop carries the bytes; every call runs on a
 * virtual thread of its own.
 */
public final class CriServer implements AutoCloseable {
  /** The kubelet's own limit for CRI messages. */
  private static final int MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

  private static final int CALLS_PER_CONNECTION_MAX = 256;
  private static final long GRACE_SECONDS = 2;

  private final Path socket;
  private final Server server;
  private final EventLoopGroup loop;
  private final ExecutorService calls;

  private CriServer(Path socket, Server server, EventLoopGroup loop, ExecutorService calls) {
    this.socket = socket;
    this.server = server;
    this.loop = loop;
    this.calls = calls;
  }

  /** Serves on a socket path, replacing what a process before this one left there. */
  public static CriServer start(Path socket, List<BindableService> services) throws IOException {
    Files.createDirectories(socket.toAbsolutePath().getParent());
    Files.deleteIfExists(socket);
    boolean epoll = Epoll.isAvailable();
    var loop =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    Class<? extends ServerChannel> channel =
        epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
    SocketAddress address =
        epoll ? new DomainSocketAddress(socket.toFile()) : UnixDomainSocketAddress.of(socket);
    var builder =
        NettyServerBuilder.forAddress(address)
            .channelType(channel)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .executor(calls)
            // Only TCP has it; grpc sets it for every channel and Netty complains.
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX);
    services.forEach(builder::addService);
    try {
      Server server = builder.build().start();
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return new CriServer(socket, server, loop, calls);
    } catch (IOException | RuntimeException e) {
      var _ = loop.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
      calls.shutdown();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
    }
    var _ = loop.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
    calls.shutdown();
    Files.deleteIfExists(socket);
  }
}

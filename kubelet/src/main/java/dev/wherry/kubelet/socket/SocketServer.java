package dev.wherry.kubelet.socket;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** One gRPC service on a Unix socket that only root can open; every call has a virtual thread. */
public final class SocketServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SocketServer.class.getName());
  private static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
  private static final int CALLS_PER_CONNECTION_MAX = 64;
  private static final long GRACE_SECONDS = 2;

  private final Path socket;
  private final Server server;
  private final EventLoopGroup loop;
  private final ExecutorService calls;

  private SocketServer(Path socket, Server server, EventLoopGroup loop, ExecutorService calls) {
    this.socket = socket;
    this.server = server;
    this.loop = loop;
    this.calls = calls;
  }

  /** Serves on a path, in the place of what a process before this one left there. */
  public static SocketServer start(Path socket, BindableService service) throws IOException {
    Files.createDirectories(socket.toAbsolutePath().getParent());
    Files.deleteIfExists(socket);
    boolean epoll = Epoll.isAvailable();
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Server server =
          NettyServerBuilder.forAddress(
                  epoll
                      ? new DomainSocketAddress(socket.toFile())
                      : UnixDomainSocketAddress.of(socket))
              .channelType(
                  epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class)
              .bossEventLoopGroup(loop)
              .workerEventLoopGroup(loop)
              .executor(calls)
              // Only TCP has it; grpc sets it for every channel and Netty complains.
              .withChildOption(ChannelOption.SO_KEEPALIVE, null)
              .maxInboundMessageSize(MESSAGE_BYTES_MAX)
              .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
              .addService(service)
              .build()
              .start();
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return new SocketServer(socket, server, loop, calls);
    } catch (IOException | RuntimeException e) {
      var _ = loop.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
      calls.shutdown();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
        LOG.log(Level.DEBUG, "calls are still under way socket={0}", socket);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    var _ = loop.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
    calls.shutdown();
    Files.deleteIfExists(socket);
  }
}

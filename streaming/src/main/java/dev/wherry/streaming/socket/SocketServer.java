package dev.wherry.streaming.socket;

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
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * gRPC services on a Unix socket that only root can open. One event loop carries the bytes; every
 * call has a virtual thread.
 */
public final class SocketServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SocketServer.class.getName());
  private static final long GRACE_SECONDS = 2;

  /**
   * What clients may ask of a server.
   *
   * @param messageBytesMax of one request
   * @param callsMax of one connection at a time
   */
  public record Bounds(int messageBytesMax, int callsMax) {
    /** Plugins of the node and those who ask about it. */
    public static final Bounds PLUGINS = new Bounds(4 * 1024 * 1024, 64);

    /** A runtime; the size is the kubelet's own for CRI messages. */
    public static final Bounds RUNTIME = new Bounds(16 * 1024 * 1024, 256);
  }

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

  /** Serves plugins on a path, in the place of what a process before this one left there. */
  public static SocketServer start(Path socket, BindableService service) throws IOException {
    return start(socket, Bounds.PLUGINS, List.of(service));
  }

  /** Serves on a path, in the place of what a process before this one left there. */
  public static SocketServer start(Path socket, Bounds bounds, List<BindableService> services)
      throws IOException {
    Files.createDirectories(socket.toAbsolutePath().getParent());
    Files.deleteIfExists(socket);
    boolean epoll = Epoll.isAvailable();
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    NettyServerBuilder builder =
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
            .maxInboundMessageSize(bounds.messageBytesMax())
            .maxConcurrentCallsPerConnection(bounds.callsMax());
    services.forEach(builder::addService);
    try {
      Server server = builder.build().start();
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return new SocketServer(socket, server, loop, calls);
    } catch (IOException | RuntimeException e) {
      var _ = loop.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
      calls.shutdown();
      throw e;
    }
  }

  /** Ends all calls: who waits for an answer is told. */
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

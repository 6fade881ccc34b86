package dev.wherry.network.nodes;

import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.Timer;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.relay.PodRelay;
import dev.wherry.network.relay.RelayHub;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The relay of a server and of its nodes, joined by streams within this process. */
final class Relays implements AutoCloseable {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());

  private final Map<String, PodRelay> nodes = new HashMap<>();

  /** The server's end. */
  RelayHub hub(FakeApiClient api, Timer timer) {
    return RelayHub.start(api, this::dial, timer);
  }

  private CompletionStage<Channel> dial(String node) {
    CompletableFuture<Channel> opened = new CompletableFuture<>();
    new Bootstrap()
        .group(loops)
        .channel(LocalChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {}
            })
        .connect(new LocalAddress(node))
        .addListener((ChannelFuture done) -> {
          if (done.isSuccess()) {
            opened.complete(done.channel());
          } else {
            opened.completeExceptionally(done.cause());
          }
        });
    return opened;
  }

  /** A node's end; the same one when asked again. */
  PodRelay node(String name, TestNamespace where) throws InterruptedException {
    PodRelay present = nodes.get(name);
    return present == null ? newNode(name, where) : present;
  }

  private PodRelay newNode(String name, TestNamespace where) throws InterruptedException {
    PodRelay relay = new PodRelay(where::enter);
    new ServerBootstrap()
        .group(loops)
        .channel(LocalServerChannel.class)
        .childOption(ChannelOption.AUTO_READ, false)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                relay.take(channel);
              }
            })
        .bind(new LocalAddress(name))
        .sync();
    nodes.put(name, relay);
    return relay;
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}

package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.Endpoints;
import dev.wherry.network.ingress.route.RouteTable;
import dev.wherry.network.ingress.tls.Certificates;
import dev.wherry.network.sockets.ListeningSockets;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The open ports and the loops behind them. The table is one reference: requests under way end by
 * the rules they began with, new ones see the new rules, and no connection notices. One thread
 * applies tables.
 */
public final class ProxyServer implements AutoCloseable {
  private static final int CLOSE_SECONDS = 2;

  /**
   * What a server is told.
   *
   * @param ports to listen on instead of those that rules name; 0 for any free one
   * @param sockets where those it listens on come from
   * @param loops threads
   * @param seed for the choice among endpoints
   */
  public record Setup(
      Endpoints endpoints,
      Certificates certificates,
      ProxyLimits limits,
      ProxyFigures figures,
      AccessLog log,
      Map<Integer, Integer> ports,
      ListeningSockets sockets,
      int loops,
      long seed) {
    public Setup {
      ports = Map.copyOf(ports);
    }
  }

  private final Setup setup;
  private final MultiThreadIoEventLoopGroup group;
  private final Map<EventLoop, ProxyLoop> loops = new HashMap<>();
  private final Map<Integer, ProxyPort> open = new TreeMap<>();

  private ProxyServer(Setup setup) {
    this.setup = setup;
    this.group =
        new MultiThreadIoEventLoopGroup(
            setup.loops(),
            new DefaultThreadFactory("ingress", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    SplittableRandom seeds = new SplittableRandom(setup.seed());
    for (EventExecutor each : group) {
      EventLoop loop = (EventLoop) each;
      ProxyLoop own =
          new ProxyLoop(
              loop, setup.limits(), setup.endpoints(), setup.figures(), setup.log(), seeds.split());
      loops.put(loop, own);
      loop.execute(own::start);
    }
  }

  /** Starts the loops; ports open with the first table. */
  public static ProxyServer start(Setup setup) {
    return new ProxyServer(setup);
  }

  /**
   * Serves by a new table: opens ports that it names, closes those it does not.
   *
   * @return why ports could not be opened, by the rules' number; they are tried again at the next
   *     call
   */
  public synchronized Map<Integer, String> apply(RouteTable table) throws InterruptedException {
    List<ProxyPort> closing = new ArrayList<>();
    open.entrySet()
        .removeIf(entry -> {
          boolean stays =
              table.ports().contains(entry.getKey())
                  && entry.getValue().speaksAs(table.at(entry.getKey()));
          if (!stays) {
            closing.add(entry.getValue());
          }
          return !stays;
        });
    for (ProxyPort port : closing) {
      port.end();
    }
    Map<Integer, String> failures = new TreeMap<>();
    for (int number : table.ports()) {
      ProxyPort port = open.get(number);
      if (port != null) {
        port.table(table.at(number));
        continue;
      }
      try {
        open.put(
            number, ProxyPort.open(setup, group, loops, number, table.at(number), this::outside));
      } catch (IOException e) {
        failures.put(number, String.valueOf(e.getMessage()));
      }
    }
    return failures;
  }

  /** Gives up the ports that a former program had open and this one has not. */
  public static void leaveRest(ListeningSockets sockets) {
    sockets.dropRest(ProxyPort.GROUP);
  }

  /** The port that clients use for one that rules name; empty while it is closed. */
  public synchronized Optional<Integer> port(int number) {
    return Optional.ofNullable(open.get(number)).map(ProxyPort::number);
  }

  /** The ports that are open, by the number that rules name. */
  public synchronized Map<Integer, Integer> ports() {
    Map<Integer, Integer> all = new TreeMap<>();
    open.forEach((number, port) -> all.put(number, port.number()));
    return all;
  }

  private int outside(int number) {
    Integer wanted = setup.ports().get(number);
    return wanted == null || wanted == 0 ? number : wanted;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public synchronized void close() {
    try {
      for (ProxyPort port : open.values()) {
        port.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    open.clear();
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}

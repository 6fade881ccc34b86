package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Endpoints;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What one event loop owns: its connections, pools and chance. Only its thread calls. */
final class ProxyLoop {
  /** A thing that looks now and then whether its time is up. */
  interface Swept {
    void sweep(long now);
  }

  private static final int BUFFER_PAGE_BYTES = 8 << 10;

  /** Chunks of memory are so many pages, as a power of two: 256 KiB. */
  private static final int BUFFER_PAGES_LOG = 5;

  private final EventLoop loop;
  private final ByteBufAllocator buffers = buffers();
  private final ProxyLimits limits;
  private final Endpoints endpoints;
  private final ProxyFigures figures;
  private final AccessLog log;
  private final SplittableRandom random;
  private final BackendSockets sockets;
  private final Map<BackendKey, Map<InetSocketAddress, BackendPool>> pools = new HashMap<>();
  private final Set<Swept> swept = new HashSet<>();

  ProxyLoop(
      EventLoop loop,
      ProxyLimits limits,
      Endpoints endpoints,
      ProxyFigures figures,
      AccessLog log,
      SplittableRandom random) {
    this.loop = loop;
    this.limits = limits;
    this.endpoints = endpoints;
    this.figures = figures;
    this.log = log;
    this.random = random;
    this.sockets = new BackendSockets(loop, buffers, limits);
  }

  /** Of this thread alone, which makes them cheaper than the program's common ones (0482). */
  private static ByteBufAllocator buffers() {
    return new PooledByteBufAllocator(
        true,
        1,
        1,
        BUFFER_PAGE_BYTES,
        BUFFER_PAGES_LOG,
        PooledByteBufAllocator.defaultSmallCacheSize(),
        PooledByteBufAllocator.defaultNormalCacheSize(),
        true);
  }

  /** Where a channel of this loop takes its memory from; before anything is read. */
  void lendBuffers(Channel channel) {
    channel.config().setAllocator(buffers);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  void start() {
    loop.scheduleWithFixedDelay(
        this::sweep, limits.sweepMillis(), limits.sweepMillis(), TimeUnit.MILLISECONDS);
  }

  EventLoop loop() {
    return loop;
  }

  ProxyLimits limits() {
    return limits;
  }

  ProxyFigures figures() {
    return figures;
  }

  AccessLog log() {
    return log;
  }

  /** A number from 0 to below the bound. */
  int chance(int bound) {
    return random.nextInt(bound);
  }

  /** Runs a task later; null, and never, where the time is zero. */
  @Nullable Future<?> alarm(Duration after, Runnable task) {
    return after.isPositive() ? loop.schedule(task, after.toNanos(), TimeUnit.NANOSECONDS) : null;
  }

  static void cancel(@Nullable Future<?> alarm) {
    if (alarm != null) {
      alarm.cancel(false);
    }
  }

  void watch(Swept one) {
    swept.add(one);
  }

  void forget(Swept one) {
    swept.remove(one);
  }

  private void sweep() {
    long now = System.nanoTime();
    List.copyOf(swept).forEach(one -> one.sweep(now));
    for (Map<InetSocketAddress, BackendPool> byAddress : pools.values()) {
      byAddress.values().forEach(pool -> pool.sweep(now));
      byAddress.values().removeIf(BackendPool::isUnused);
    }
    pools.values().removeIf(Map::isEmpty);
  }

  /**
   * An endpoint for a request: of two by chance the one with less to do (the power of two choices).
   * Endpoints that were tried, or that just refused a connection, are taken last.
   *
   * @return empty where the Service has none
   */
  Optional<BackendPool> choose(BackendKey key, Set<InetSocketAddress> tried) {
    List<InetSocketAddress> all = endpoints.of(key);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    if (all.size() == 1) {
      return Optional.of(pool(key, all.getFirst()));
    }
    long now = System.nanoTime();
    BackendPool one = pool(key, all.get(chance(all.size())));
    BackendPool other = pool(key, all.get(chance(all.size())));
    BackendPool better = other.load() < one.load() ? other : one;
    if (fit(better, tried, now)) {
      return Optional.of(better);
    }
    List<BackendPool> fit = new ArrayList<>();
    for (InetSocketAddress address : all) {
      BackendPool pool = pool(key, address);
      if (fit(pool, tried, now)) {
        fit.add(pool);
      }
    }
    return Optional.of(fit.isEmpty() ? better : fit.get(chance(fit.size())));
  }

  /** Opens a connection to an endpoint for one client alone. */
  void join(BackendKey key, BackendPool pool, StreamFront front) {
    if (!pool.beginAlone()) {
      front.notConnected();
      return;
    }
    sockets
        .dial(key, pool.address())
        .addListener(dialled -> {
          if (dialled.isSuccess()) {
            Channel channel = (Channel) dialled.getNow();
            channel.closeFuture().addListener(_ -> pool.left());
            front.connected(channel);
          } else {
            pool.left();
            pool.avoid(System.nanoTime());
            front.notConnected();
          }
        });
  }

  private static boolean fit(BackendPool pool, Set<InetSocketAddress> tried, long now) {
    return !tried.contains(pool.address()) && !pool.isAvoided(now);
  }

  private BackendPool pool(BackendKey key, InetSocketAddress address) {
    return pools
        .computeIfAbsent(key, _ -> new HashMap<>())
        .computeIfAbsent(address, a -> new BackendPool(sockets, limits, a, key));
  }

  /** Closes the connections to endpoints that nobody uses. */
  void closeIdle() {
    pools.values().forEach(byAddress -> byAddress.values().forEach(BackendPool::closeIdle));
  }
}

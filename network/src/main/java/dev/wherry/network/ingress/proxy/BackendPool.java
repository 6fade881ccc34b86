package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.BackendKey;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one loop to one endpoint. Of HTTP/1.1 the last used is used first, so that
 * others grow old and are closed; of HTTP/2 connections each carries many requests.
 */
final class BackendPool {
  /** After a connection failed, others are asked first for so long. */
  private static final long AVOID_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Requests on one HTTP/2 connection to an endpoint before another is opened. */
  private static final int STREAMS_MAX = 100;

  private final BackendSockets sockets;
  private final ProxyLimits limits;
  private final InetSocketAddress address;
  private final BackendKey key;
  private final boolean http2;
  private final Deque<BackendLink> idle = new ArrayDeque<>();
  private final Deque<LinkUser> waiting = new ArrayDeque<>();
  private final List<Shared> shared = new ArrayList<>();
  private int open;
  private int connecting;
  private int busy;
  private long avoidUntil;
  private boolean avoided;

  /** An HTTP/2 connection and the requests on it. */
  private static final class Shared {
    private final Channel channel;
    private int streams;

    Shared(Channel channel) {
      this.channel = channel;
    }
  }

  BackendPool(
      BackendSockets sockets, ProxyLimits limits, InetSocketAddress address, BackendKey key) {
    this.sockets = sockets;
    this.limits = limits;
    this.address = address;
    this.key = key;
    this.http2 = key.http2();
  }

  InetSocketAddress address() {
    return address;
  }

  /** Requests under way and waiting. */
  int load() {
    return busy + waiting.size();
  }

  boolean isAvoided(long now) {
    return avoided && now - avoidUntil < 0;
  }

  boolean isUnused() {
    return open == 0 && connecting == 0 && waiting.isEmpty() && busy == 0;
  }

  void acquire(LinkUser user) {
    if (http2) {
      acquireStream(user);
      return;
    }
    BackendLink link = idle.pollLast();
    while (link != null && !link.channel().isActive()) {
      // Its end is about to be told, as that of one in use.
      busy++;
      link = idle.pollLast();
    }
    if (link != null) {
      busy++;
      link.lend(user);
    } else {
      await(user);
    }
  }

  /** Opens a connection for one client alone. */
  void join(StreamFront front) {
    if (open + connecting >= limits.backendConnectionsMax()) {
      front.notConnected();
      return;
    }
    busy++;
    open++;
    sockets
        .dial(key, address)
        .addListener(dialled -> {
          if (dialled.isSuccess()) {
            Channel channel = (Channel) dialled.getNow();
            channel.closeFuture().addListener(_ -> left());
            avoided = false;
            front.connected(channel);
          } else {
            left();
            avoid(System.nanoTime());
            front.notConnected();
          }
        });
  }

  private void avoid(long now) {
    avoided = true;
    avoidUntil = now + AVOID_NANOS;
  }

  private void await(LinkUser user) {
    if (waiting.size() >= limits.waitingMax()) {
      user.notConnected("too many requests wait for " + address, true);
      return;
    }
    waiting.addLast(user);
    if (open + connecting < limits.backendConnectionsMax() && (!http2 || connecting == 0)) {
      connecting++;
      sockets.connect(this, key, address);
    }
  }

  private void acquireStream(LinkUser user) {
    for (Shared one : shared) {
      if (one.streams < STREAMS_MAX && one.channel.isActive()) {
        openStream(one, user);
        return;
      }
    }
    await(user);
  }

  private void openStream(Shared one, LinkUser user) {
    one.streams++;
    busy++;
    sockets
        .openStream(this, one.channel)
        .addListener(opened -> {
          if (opened.isSuccess()) {
            BackendLink link = ((Channel) opened.getNow()).pipeline().get(BackendLink.class);
            if (user.isOver()) {
              link.close();
            } else {
              link.lend(user);
            }
          } else {
            one.streams--;
            busy--;
            user.notConnected("no stream to " + address, false);
          }
        });
  }

  /** A connection stands. */
  void connected(Channel channel) {
    connecting--;
    open++;
    avoided = false;
    if (http2) {
      Shared one = new Shared(channel);
      shared.add(one);
      channel
          .closeFuture()
          .addListener(_ -> {
            shared.remove(one);
            open--;
          });
      while (!waiting.isEmpty() && one.streams < STREAMS_MAX) {
        LinkUser user = waiting.removeFirst();
        if (!user.isOver()) {
          openStream(one, user);
        }
      }
      if (!waiting.isEmpty()) {
        LinkUser last = waiting.removeLast();
        await(last);
      }
      return;
    }
    serve(channel.pipeline().get(BackendLink.class));
  }

  private void serve(BackendLink link) {
    LinkUser user = waiting.pollFirst();
    while (user != null && user.isOver()) {
      user = waiting.pollFirst();
    }
    if (user == null) {
      idle.addLast(link);
    } else {
      busy++;
      link.lend(user);
    }
  }

  /** No connection: who waited for it looks for another endpoint. */
  void failed(String why, long now) {
    connecting--;
    avoid(now);
    if (open > 0 && !http2) {
      LinkUser user = waiting.pollFirst();
      if (user != null) {
        user.notConnected(why, false);
      }
      return;
    }
    List<LinkUser> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(user -> user.notConnected(why, false));
  }

  /** A link can be used again. */
  void returned(BackendLink link) {
    busy--;
    if (idle.size() < limits.idleBackendsMax() || !waiting.isEmpty()) {
      serve(link);
    } else {
      busy++;
      link.close();
    }
  }

  /** A connection that became its user's. */
  void left() {
    busy--;
    open--;
  }

  /** A link's channel is closed. */
  void closed(BackendLink link) {
    if (http2) {
      busy--;
      Channel parent = link.channel().parent();
      shared.stream().filter(one -> one.channel.equals(parent)).forEach(one -> one.streams--);
      return;
    }
    open--;
    if (!idle.remove(link)) {
      busy--;
    }
    if (!waiting.isEmpty() && connecting == 0 && open < limits.backendConnectionsMax()) {
      connecting++;
      sockets.connect(this, key, address);
    }
  }

  /** Closes what was idle for too long. */
  void sweep(long now) {
    long oldest = TimeUnit.MILLISECONDS.toNanos(limits.idleBackendMillis());
    for (BackendLink link = idle.peekFirst();
        link != null && now - link.idleSince() > oldest;
        link = idle.peekFirst()) {
      idle.removeFirst();
      busy++;
      link.close();
    }
    waiting.removeIf(LinkUser::isOver);
  }

  /** Closes what nobody uses. */
  void closeIdle() {
    for (BackendLink link = idle.pollFirst(); link != null; link = idle.pollFirst()) {
      busy++;
      link.close();
    }
  }
}

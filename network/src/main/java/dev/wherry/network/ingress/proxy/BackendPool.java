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

  private final BackendSockets sockets;
  private final ProxyLimits limits;
  private final InetSocketAddress address;
  private final BackendKey key;
  private final Deque<BackendLink> idle = new ArrayDeque<>();
  private final Deque<LinkUser> waiting = new ArrayDeque<>();
  private final List<SharedConnection> shared = new ArrayList<>();
  private int open;
  private int connecting;
  private int busy;
  private long avoidUntil;
  private boolean avoided;

  BackendPool(
      BackendSockets sockets, ProxyLimits limits, InetSocketAddress address, BackendKey key) {
    this.sockets = sockets;
    this.limits = limits;
    this.address = address;
    this.key = key;
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
    if (key.http2()) {
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

  /** A connection for one client alone begins; false where there are too many. */
  boolean beginAlone() {
    boolean room = open + connecting < limits.backendConnectionsMax();
    if (room) {
      busy++;
      open++;
    }
    return room;
  }

  /** A connection failed: others are asked first for a while. */
  void avoid(long now) {
    avoided = true;
    avoidUntil = now + AVOID_NANOS;
  }

  private void await(LinkUser user) {
    if (waiting.size() >= limits.waitingMax()) {
      user.notConnected("too many requests wait for " + address, true);
      return;
    }
    waiting.addLast(user);
    if (open + connecting < limits.backendConnectionsMax() && (!key.http2() || connecting == 0)) {
      connecting++;
      sockets.connect(this, key, address);
    }
  }

  private void acquireStream(LinkUser user) {
    for (SharedConnection one : shared) {
      if (one.hasRoom()) {
        openStream(one, user);
        return;
      }
    }
    await(user);
  }

  private void openStream(SharedConnection one, LinkUser user) {
    one.began();
    busy++;
    sockets
        .openStream(this, one.channel())
        .addListener(opened -> {
          if (opened.isSuccess()) {
            BackendLink link = ((Channel) opened.getNow()).pipeline().get(BackendLink.class);
            if (user.isOver()) {
              link.close();
            } else {
              link.lend(user);
            }
          } else {
            one.ended();
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
    if (key.http2()) {
      SharedConnection one = new SharedConnection(channel);
      shared.add(one);
      channel
          .closeFuture()
          .addListener(_ -> {
            shared.remove(one);
            open--;
          });
      while (!waiting.isEmpty() && one.hasRoom()) {
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
    if (open > 0 && !key.http2()) {
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
    if (key.http2()) {
      busy--;
      Channel parent = link.channel().parent();
      shared.stream().filter(one -> one.channel().equals(parent)).forEach(one -> one.ended());
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

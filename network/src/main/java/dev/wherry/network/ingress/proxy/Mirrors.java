package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.Filters;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Copies of a request for other Services; who is slow or broken gets none, and nobody waits. */
final class Mirrors {
  /** Bytes of a body that wait for one mirror's connection; more ends the copy. */
  private static final int HELD_BYTES_MAX = 256 << 10;

  private final List<Copy> copies = new ArrayList<>();

  /**
   * @param whole whether the request has no body
   */
  Mirrors(ProxyLoop loop, List<Filters.Mirror> mirrors, HttpRequest request, boolean whole) {
    for (Filters.Mirror mirror : mirrors) {
      if (loop.chance(mirror.denominator()) < mirror.numerator()) {
        loop.choose(mirror.target(), Set.of())
            .ifPresent(pool -> {
              Copy copy = new Copy(request, whole);
              copies.add(copy);
              pool.acquire(copy);
            });
      }
    }
  }

  void part(HttpContent part) {
    copies.forEach(copy -> copy.part(part.retainedDuplicate()));
  }

  private static final class Copy implements LinkUser {
    private final HttpRequest request;
    private final boolean whole;
    private final Deque<HttpContent> held = new ArrayDeque<>();
    private int heldBytes;
    private @Nullable BackendLink link;
    private boolean ended;
    private boolean keepAlive;
    private boolean over;

    Copy(HttpRequest request, boolean whole) {
      this.request = request;
      this.whole = whole;
      this.ended = whole;
    }

    void part(HttpContent part) {
      BackendLink to = link;
      ended |= part instanceof LastHttpContent;
      heldBytes += part.content().readableBytes();
      if (over) {
        part.release();
      } else if (to == null && heldBytes <= HELD_BYTES_MAX) {
        held.addLast(part);
      } else if (to != null && to.isWritable()) {
        to.write(part);
        to.flush();
      } else {
        part.release();
        stop();
      }
    }

    private void stop() {
      over = true;
      held.forEach(HttpContent::release);
      held.clear();
      BackendLink to = link;
      link = null;
      if (to != null) {
        to.close();
      }
    }

    @Override
    public void connected(BackendLink to) {
      if (over) {
        to.close();
        return;
      }
      link = to;
      to.write(
          whole
              ? new DefaultFullHttpRequest(
                  HttpVersion.HTTP_1_1,
                  request.method(),
                  request.uri(),
                  Unpooled.EMPTY_BUFFER,
                  request.headers(),
                  EmptyHttpHeaders.INSTANCE)
              : new DefaultHttpRequest(
                  HttpVersion.HTTP_1_1, request.method(), request.uri(), request.headers()));
      while (!held.isEmpty()) {
        to.write(held.removeFirst());
      }
      to.flush();
    }

    @Override
    public void notConnected(String why, boolean crowded) {
      stop();
    }

    @Override
    public void answerHead(HttpResponse head) {
      keepAlive = head.status().code() >= 200 && HttpUtil.isKeepAlive(head);
    }

    @Override
    public void answerPart(HttpContent part) {
      boolean last = part instanceof LastHttpContent;
      part.release();
      BackendLink to = link;
      if (last && to != null && keepAlive) {
        over = true;
        link = null;
        to.giveBack(ended, System.nanoTime());
      } else if (last) {
        stop();
      }
    }

    @Override
    public void answerRead() {}

    @Override
    public void linkWritable() {}

    @Override
    public void linkLost() {
      link = null;
      stop();
    }

    @Override
    public boolean isOver() {
      return over;
    }
  }
}

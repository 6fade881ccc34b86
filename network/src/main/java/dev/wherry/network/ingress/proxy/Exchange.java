package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.Route;
import dev.wherry.network.ingress.route.Target;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer: found a rule for, sent to an endpoint, sent again where that is safe.
 * Bodies pass through as they come; whoever is slow slows the other side down.
 */
final class Exchange {
  private static final int BAD_GATEWAY = 502;
  private static final int UNAVAILABLE = 503;
  private static final int GATEWAY_TIMEOUT = 504;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int SWITCHING = 101;

  private final FrontHandler front;
  private final ProxyLoop loop;
  private final ChannelHandlerContext client;
  private final HttpRequest request;
  private final boolean toHead;
  private final boolean http10;
  private final long began = System.nanoTime();
  private final RequestBody body = new RequestBody();
  private final Tries tries = new Tries();
  private boolean keepAlive;
  private String upgrade = "";
  private RequestHead.Read.@Nullable Good good;
  private @Nullable Route route;
  private Action.@Nullable Share share;
  private @Nullable HttpRequest outgoing;
  private @Nullable Attempt attempt;
  private @Nullable Mirrors mirrors;
  private @Nullable Future<?> requestAlarm;
  private @Nullable Future<?> attemptAlarm;
  private boolean paused;
  private boolean over;
  private @Nullable AnswerHead answer;
  private long backendSince;

  Exchange(FrontHandler front, HttpRequest request) {
    this.front = front;
    this.loop = front.loop();
    this.client = front.client();
    this.request = request;
    this.toHead = request.method().equals(HttpMethod.HEAD);
    this.http10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    this.keepAlive = front.stream() || HttpUtil.isKeepAlive(request);
  }

  /**
   * @param ended whether the request has no body
   */
  void begin(boolean ended) {
    body.begin(ended);
    switch (RequestHead.read(request, front.stream())) {
      case RequestHead.Read.Bad(int status, String why) -> {
        loop.figures().refusedRequest();
        keepAlive = front.stream();
        answerHere(status, why);
      }
      case RequestHead.Read.Good read -> {
        good = read;
        Optional<Route> found = front.door().routes().get().find(read.asked());
        if (found.isEmpty()) {
          answerHere(404, "there is no rule for this host and path");
        } else {
          route = found.get();
          follow(read, found.get());
        }
      }
    }
  }

  private void follow(RequestHead.Read.Good read, Route rule) {
    switch (rule.action()) {
      case Action.Refuse(int status, String why) -> answerHere(status, why);
      case Action.Redirect redirect -> {
        String location = RequestHead.location(front.door(), read.asked(), redirect, rule);
        LocalAnswers.redirect(client, redirect.status(), location, toHead, endsHere());
        end(redirect.status());
      }
      case Action.Forward forward -> {
        if (forward.totalWeight() <= 0) {
          answerHere(500, "the rule has no backend");
          return;
        }
        Action.Share chosen =
            forward.choose(forward.shares().size() == 1 ? 0 : loop.chance(forward.totalWeight()));
        switch (chosen.target()) {
          case Target.Broken(int status, String why) -> answerHere(status, why);
          case Target.Backend(BackendKey key) -> forward(read, rule, chosen, key);
        }
      }
    }
  }

  private void forward(
      RequestHead.Read.Good read, Route rule, Action.Share chosen, BackendKey key) {
    share = chosen;
    if (!front.stream()
        && body.isEnded()
        && !http10
        && !key.http2()
        && Headers.wantsUpgrade(request.headers())) {
      String wanted = request.headers().get(HttpHeaderNames.UPGRADE, "");
      upgrade = wanted.equalsIgnoreCase("h2c") ? "" : wanted;
    }
    outgoing = RequestHead.outgoing(front, request, read, rule, chosen, upgrade, body.isEnded());
    Filters filters = rule.filters();
    requestAlarm = loop.alarm(filters.requestTimeout(), () -> expire("the request took too long"));
    if (!filters.mirrors().isEmpty()) {
      mirrors = new Mirrors(loop, filters.mirrors(), outgoing, body.isEnded());
    }
    attempt(key);
  }

  private void attempt(BackendKey key) {
    Optional<BackendPool> pool = tries.next(loop, key);
    if (pool.isEmpty()) {
      answerHere(UNAVAILABLE, "the service has no endpoints");
      return;
    }
    Attempt now = new Attempt(this);
    attempt = now;
    backendSince = System.nanoTime();
    Route rule = route;
    ProxyLoop.cancel(attemptAlarm);
    attemptAlarm =
        rule == null
            ? null
            : loop.alarm(
                rule.filters().attemptTimeout(), () -> expire("the backend took too long"));
    pool.get().acquire(now);
  }

  private void expire(String why) {
    if (!over) {
      if (answer == null) {
        cancelAttempt();
        answerHere(GATEWAY_TIMEOUT, why);
      } else {
        abort();
      }
    }
  }

  private void cancelAttempt() {
    Attempt now = attempt;
    attempt = null;
    if (now != null) {
      now.cancel();
    }
  }

  void connected(Attempt now) {
    HttpRequest head = outgoing;
    if (head == null) {
      now.cancel();
      return;
    }
    now.send(head, body.isNone());
    body.sendHeld(now);
    now.flush();
    backendSince = System.nanoTime();
    if (now.isWritable()) {
      resume();
    }
  }

  void notConnected(String why, boolean crowded) {
    loop.figures().connectFailed();
    attempt = null;
    if (crowded) {
      answerHere(UNAVAILABLE, why);
    } else if (tries.isLeft()) {
      again();
    } else {
      answerHere(BAD_GATEWAY, "no endpoint could be reached");
    }
  }

  private void again() {
    loop.figures().retried();
    Action.Share chosen = share;
    if (chosen != null && chosen.target() instanceof Target.Backend(BackendKey key)) {
      attempt(key);
    }
  }

  /** A part of the body, or its end. */
  void requestPart(HttpContent part) {
    body.came(part);
    if (over) {
      part.release();
      return;
    }
    Mirrors copies = mirrors;
    if (copies != null) {
      copies.part(part);
    }
    Attempt now = attempt;
    if (now != null && now.isSending()) {
      body.send(now, part);
      if (!now.isWritable()) {
        pause();
      }
    } else {
      body.hold(part);
      pause();
    }
  }

  void requestRead() {
    Attempt now = attempt;
    if (now != null && now.isSending() && !over) {
      now.flush();
    }
  }

  private void pause() {
    paused = true;
    front.pause();
  }

  private void resume() {
    if (paused || !upgrade.isEmpty()) {
      paused = false;
      front.resume();
    }
  }

  void linkWritable() {
    backendSince = System.nanoTime();
    resume();
  }

  void clientWritable() {
    Attempt now = attempt;
    if (now != null && answer != null) {
      now.reading(true);
    }
  }

  void answerHead(HttpResponse head) {
    int code = head.status().code();
    if (code == SWITCHING && !upgrade.isEmpty()) {
      answer = AnswerHead.switching(head);
      return;
    }
    if (code < 200) {
      if (!http10) {
        AnswerHead.inform(client, head);
      }
      answer = AnswerHead.announcing(head);
      return;
    }
    if (retriesAfter(code)) {
      cancelAttempt();
      return;
    }
    Route rule = route;
    Action.Share chosen = share;
    if (rule == null || chosen == null) {
      return;
    }
    Headers.edit(AnswerHead.stripped(head), rule.filters().response());
    Headers.edit(head.headers(), chosen.response());
    keepAlive &= body.isEnded() && !front.door().draining().getAsBoolean();
    if (!front.stream()) {
      keepAlive = AnswerHead.frame(head, toHead, http10, keepAlive);
      client.pipeline().get(AnswerEncoder.class).answering(toHead);
    }
    answer = AnswerHead.write(client, head);
  }

  private boolean retriesAfter(int code) {
    Route rule = route;
    Filters.Retries retries = rule == null ? Filters.Retries.NONE : rule.filters().retries();
    if (!body.isEnded() || body.isSent() || !tries.beginsAfter(code, retries)) {
      return false;
    }
    attemptAlarm =
        loop.loop()
            .schedule(
                () -> {
                  if (!over) {
                    again();
                  }
                },
                retries.pause().toNanos(),
                TimeUnit.NANOSECONDS);
    return true;
  }

  void answerPart(HttpContent part) {
    AnswerHead head = answer;
    boolean last = part instanceof LastHttpContent;
    if (head == null || head.isInformed()) {
      answer = null;
      part.release();
      return;
    }
    if (head.kind() == AnswerHead.Kind.ANOTHER_PROTOCOL) {
      part.release();
      switchProtocols(head.head());
      return;
    }
    if (head.kind() == AnswerHead.Kind.NOTHING) {
      part.release();
    } else {
      client.write(part).addListener(io.netty.channel.ChannelFutureListener.CLOSE_ON_FAILURE);
    }
    if (last) {
      endAnswer(head);
    } else if (!client.channel().isWritable()) {
      Attempt now = attempt;
      if (now != null) {
        now.reading(false);
      }
    }
  }

  private void endAnswer(AnswerHead head) {
    client.flush();
    Attempt now = attempt;
    attempt = null;
    if (now != null) {
      now.complete(body.isEnded(), System.nanoTime());
    }
    end(head.status());
  }

  void answerRead() {
    client.flush();
  }

  /** From here on bytes pass both ways; nobody looks at them. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void switchProtocols(HttpResponse head) {
    Attempt now = attempt;
    attempt = null;
    if (now == null) {
      return;
    }
    Headers.stripHop(head.headers());
    head.headers().set(HttpHeaderNames.CONNECTION, "upgrade");
    head.headers().set(HttpHeaderNames.UPGRADE, upgrade);
    client.writeAndFlush(AnswerHead.bare(head));
    BackendLink link = now.link();
    now.leave();
    close(SWITCHING);
    Relay.join(front, link);
  }

  /** The link broke: nobody may have seen the request, or the answer is cut short. */
  void linkLost(Attempt lost) {
    attempt = null;
    if (answer != null && !answer.isInformed()) {
      abort();
    } else if (tries.isLeft()
        && !body.isSent()
        && lost.mayBeUnseen()
        && (!lost.wasSent() || RequestHead.isIdempotent(request.method()))) {
      tries.forget();
      again();
    } else {
      answerHere(BAD_GATEWAY, "the backend closed the connection");
    }
  }

  private boolean endsHere() {
    return !keepAlive || (!body.isEnded() && !front.stream());
  }

  private void answerHere(int status, String why) {
    if (over) {
      return;
    }
    LocalAnswers.write(client, status, why, toHead, endsHere());
    keepAlive &= body.isEnded();
    end(status);
  }

  private void end(int status) {
    close(status);
    front.finished(keepAlive);
  }

  private void close(int status) {
    over = true;
    ProxyLoop.cancel(requestAlarm);
    ProxyLoop.cancel(attemptAlarm);
    body.release();
    long nanos = System.nanoTime() - began;
    loop.figures().answered(route == null ? "" : route.owner(), status, nanos);
    if (loop.log().isWanted()) {
      loop.log().answered(AccessLog.Entry.of(front, request, good, route, status, nanos));
    }
  }

  /** An answer that cannot be completed must not look complete. */
  private void abort() {
    AnswerHead head = answer;
    cancelAttempt();
    close(head == null ? 0 : head.status());
    front.hangUp(client);
  }

  /** The body is malformed: the backend must not take it for complete. */
  void requestBroken() {
    if (over) {
      return;
    }
    loop.figures().refusedRequest();
    keepAlive = front.stream();
    if (answer == null) {
      cancelAttempt();
      answerHere(400, "the request's body is malformed");
    } else {
      abort();
    }
  }

  void clientGone() {
    if (!over) {
      AnswerHead head = answer;
      cancelAttempt();
      close(head == null ? 0 : head.status());
    }
  }

  /**
   * @param since the client last sent or took something
   */
  void sweep(long now, long since) {
    ProxyLimits limits = loop.limits();
    boolean begun = answer != null && !answer.isInformed();
    if (!body.isEnded() && !paused && FrontHandler.passed(now, since, limits.stallMillis())) {
      if (begun) {
        abort();
      } else {
        cancelAttempt();
        keepAlive = false;
        answerHere(REQUEST_TIMEOUT, "the request did not go on");
      }
    } else if (begun
        && !client.channel().isWritable()
        && FrontHandler.passed(now, since, limits.stallMillis())) {
      abort();
    } else if (!begun
        && (body.isEnded() || paused)
        && FrontHandler.passed(now, backendSince, limits.answerMillis())) {
      expire("the backend did not answer");
    }
  }
}

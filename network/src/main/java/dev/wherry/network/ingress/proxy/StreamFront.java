package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.StreamRoute;
import dev.wherry.network.ingress.route.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that is passed on byte by byte: finds an endpoint for it, then leaves two
 * {@link Relay}s behind. Who cannot be served is hung up on. Its loop's thread.
 */
final class StreamFront extends ChannelInboundHandlerAdapter {
  /** Endpoints tried for one client. */
  private static final int ATTEMPTS_MAX = 4;

  private final ProxyLoop loop;
  private final StreamRoute route;
  private final Deque<Object> held = new ArrayDeque<>();
  private final Set<InetSocketAddress> tried = new HashSet<>();
  private @Nullable ChannelHandlerContext client;
  private @Nullable BackendKey key;
  private boolean over;

  StreamFront(ProxyLoop loop, StreamRoute route) {
    this.loop = loop;
    this.route = route;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    client = ctx;
    if (!route.ended()) {
      begin(ctx);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done && !over) {
      if (done.isSuccess()) {
        begin(ctx);
      } else {
        end();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private void begin(ChannelHandlerContext ctx) {
    ctx.channel().config().setAutoRead(false);
    if (route.action() instanceof Action.Forward forward && forward.totalWeight() > 0) {
      Action.Share share =
          forward.choose(forward.shares().size() == 1 ? 0 : loop.chance(forward.totalWeight()));
      if (share.target() instanceof Target.Backend(BackendKey found)) {
        key = found;
      }
    }
    attempt();
  }

  private void attempt() {
    BackendKey wanted = key;
    Optional<BackendPool> pool =
        wanted == null || tried.size() >= ATTEMPTS_MAX
            ? Optional.empty()
            : loop.choose(wanted, tried);
    if (wanted != null && pool.isPresent() && tried.add(pool.get().address())) {
      loop.join(wanted, pool.get(), this);
    } else {
      end();
    }
  }

  /** An endpoint is there. */
  void connected(Channel backend) {
    ChannelHandlerContext ctx = client;
    if (over || ctx == null) {
      backend
          .writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    over = true;
    loop.figures().passedOn();
    backend.pipeline().addLast(new Relay(ctx.channel()));
    while (!held.isEmpty()) {
      backend.write(held.removeFirst()).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
    backend.flush();
    ctx.pipeline().replace(this, null, new Relay(backend));
    ctx.channel().config().setAutoRead(true);
  }

  /** This endpoint is not. */
  void notConnected() {
    loop.figures().connectFailed();
    if (!over) {
      attempt();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void end() {
    over = true;
    release();
    ChannelHandlerContext ctx = client;
    if (ctx != null) {
      ctx.channel().close();
    }
  }

  private void release() {
    while (!held.isEmpty()) {
      ReferenceCountUtil.release(held.removeFirst());
    }
  }

  /** Bounded by what was read before reading stopped. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (over) {
      ReferenceCountUtil.release(message);
    } else {
      held.addLast(message);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    over = true;
    release();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end();
  }
}

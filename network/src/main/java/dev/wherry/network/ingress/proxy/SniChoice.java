package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.PortRoutes.Secured;
import dev.wherry.network.ingress.route.StreamRoute;
import dev.wherry.network.ingress.tls.Certificates;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Decides by the name that a client asks for (SNI, RFC 6066) what becomes of its connection. */
final class SniChoice extends AbstractSniHandler<Secured> {
  private static final int CLIENT_HELLO_BYTES_MAX = 16 << 10;

  private final ProxyLoop loop;
  private final Door door;
  private final Certificates certificates;

  SniChoice(ProxyLoop loop, Door door, Certificates certificates) {
    super(CLIENT_HELLO_BYTES_MAX, loop.limits().headMillis());
    this.loop = loop;
    this.door = door;
    this.certificates = certificates;
  }

  private static String lower(@Nullable String name) {
    return name == null ? "" : name.toLowerCase(Locale.ROOT);
  }

  @Override
  protected Future<Secured> lookup(ChannelHandlerContext ctx, @Nullable String name) {
    return ctx.executor().newSucceededFuture(door.routes().get().secured(lower(name)));
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String name, Future<Secured> found) {
    switch (found.getNow()) {
      case Secured.Http _ -> ctx.pipeline().replace(this, null, tls(ctx, name));
      case Secured.Stream(StreamRoute route) when route.ended() -> {
        SslHandler tls = tls(ctx, name);
        // What is spoken within is between the client and the endpoint.
        tls.engine().setHandshakeApplicationProtocolSelector((_, _) -> "");
        ctx.pipeline().replace(ProtocolChoice.class, null, new StreamFront(loop, route));
        ctx.pipeline().replace(this, null, tls);
      }
      case Secured.Stream(StreamRoute route) -> {
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.remove(ProtocolChoice.class);
        pipeline.replace(this, null, new StreamFront(loop, route));
      }
      case Secured.Refused _ -> ctx.close();
    }
  }

  private SslHandler tls(ChannelHandlerContext ctx, @Nullable String name) {
    SslHandler handler =
        certificates.forHost(door.routes().get(), lower(name)).newHandler(ctx.alloc());
    handler.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
    return handler;
  }
}

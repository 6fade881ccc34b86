package dev.wherry.network.ingress.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Decides between HTTP/1.1 and HTTP/2: by what TLS agreed on, without TLS by the first bytes (prior
 * knowledge, RFC 9113, 3.3).
 */
final class ProtocolChoice extends ByteToMessageDecoder implements ProxyLoop.Swept {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ProxyLoop loop;
  private final Door door;
  private final long since = System.nanoTime();
  private io.netty.channel.@org.jspecify.annotations.Nullable Channel channel;

  ProtocolChoice(ProxyLoop loop, Door door) {
    this.loop = loop;
    this.door = door;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    loop.watch(this);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    loop.forget(this);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (door.tls()) {
      return;
    }
    int length = Math.min(in.readableBytes(), PREFACE.length);
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        become(ctx, false);
        return;
      }
    }
    if (length == PREFACE.length) {
      become(ctx, true);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      if (!done.isSuccess() || tls == null) {
        ctx.close();
        return;
      }
      become(ctx, ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol()));
    }
    ctx.fireUserEventTriggered(event);
  }

  private void become(ChannelHandlerContext ctx, boolean http2) {
    ChannelPipeline pipeline = ctx.pipeline();
    if (http2) {
      Http2Front.install(pipeline, loop, door);
    } else {
      pipeline
          .addLast(new StrictRequestDecoder(loop.limits()))
          .addLast(new AnswerEncoder())
          .addLast(new FrontHandler(loop, door, false));
    }
    pipeline.remove(this);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void sweep(long now) {
    io.netty.channel.Channel open = channel;
    if (open != null && FrontHandler.passed(now, since, loop.limits().headMillis())) {
      open.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.forget(this);
    ctx.fireChannelInactive();
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}

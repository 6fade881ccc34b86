package dev.wherry.kubelet.server;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.machinery.pki.Subject;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Authenticates and authorises a request and runs it on a virtual thread. */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final System.Logger LOG = System.getLogger(RequestHandler.class.getName());

  private final Routes routes;
  private final Tokens tokens;
  private final Access access;

  RequestHandler(Routes routes, Tokens tokens, Access access) {
    super(false);
    this.routes = routes;
    this.tokens = tokens;
    this.access = access;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    Thread.ofVirtual().name("kubelet-request").start(() -> serve(context, request));
  }

  private void serve(ChannelHandlerContext context, FullHttpRequest request) {
    QueryStringDecoder target = new QueryStringDecoder(request.uri());
    ResponseStream out = new ResponseStream(context.channel(), "text/plain");
    try {
      Caller caller =
          caller(context, request).orElseThrow(() -> new HttpFailure(401, "Unauthorized"));
      String method = request.method().name();
      if (!access.allows(caller, method, target.path())) {
        throw new HttpFailure(403, "Forbidden (user=" + caller.user() + ")");
      }
      routes.serve(context, request, target, out);
    } catch (HttpFailure e) {
      fail(context, out, e.code(), e.text());
    } catch (CriException e) {
      fail(context, out, 500, e.text());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "request broke off path={0}: {1}", target.path(), e.toString());
      context.close();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "request failed path=" + target.path(), e);
      fail(context, out, 500, "internal error");
    } finally {
      request.release();
    }
  }

  /** By the certificate, else by the token; a certificate that does not fit ends the handshake. */
  private Optional<Caller> caller(ChannelHandlerContext context, FullHttpRequest request) {
    SslHandler tls = (SslHandler) context.pipeline().get("tls");
    try {
      X509Certificate leaf = (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
      Subject subject = Subject.of(leaf);
      return Optional.of(Caller.of(subject.commonName(), subject.organizations()));
    } catch (SSLPeerUnverifiedException _) {
      return tokens.caller(request.headers().get(HttpHeaderNames.AUTHORIZATION, ""));
    }
  }

  private static void fail(
      ChannelHandlerContext context, ResponseStream out, int code, String text) {
    if (out.begun()) {
      context.close();
      return;
    }
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(code),
            Unpooled.copiedBuffer(text + "\n", StandardCharsets.UTF_8));
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .setInt(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes());
    context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.log(
        Level.DEBUG, "connection failed peer={0}: {1}", context.channel().remoteAddress(), cause);
    context.close();
  }
}

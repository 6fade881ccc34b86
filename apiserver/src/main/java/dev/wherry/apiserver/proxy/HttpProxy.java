package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslContext;
import java.util.Optional;

/**
 * Sends a request on to a server in the pod network, through the tunnel of its node, and its answer
 * back: any method, redirects and links rewritten, upgrades as pipes of bytes.
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpProxy {
  private final NodeDialer dialer;
  private final SslContext tls;

  /**
   * @param tls a client context towards servers in pods, whose certificates nobody here knows
   */
  HttpProxy(NodeDialer dialer, SslContext tls) {
    this.dialer = dialer;
    this.tls = tls;
  }

  /**
   * Forwards and waits until the answer has been handed on, or the connection upgraded.
   *
   * @throws ApiException 503 when the server cannot be reached, 504 when it does not answer
   */
  void forward(Exchange exchange, Backend backend, ProxyPath path) {
    String requestHost = exchange.header(HttpHeaderNames.HOST);
    String backendHost = backend.target().authority();
    Handing handing =
        new Handing(
            Handing.Errors.AS_THEY_ARE,
            false,
            Optional.of(new ProxyLinks(path.prefix(), backendHost, requestHost)),
            why ->
                new ApiException(
                    Reason.SERVICE_UNAVAILABLE, "error trying to reach service: " + why));
    FullHttpRequest request = ForwardedRequest.of(exchange, path.target(), exchange.asksUpgrade());
    HttpHeaders headers = request.headers();
    headers.set(HttpHeaderNames.HOST, requestHost.isEmpty() ? backendHost : requestHost);
    headers.set("X-Forwarded-Uri", path.prefix() + (path.rest().isEmpty() ? "/" : path.rest()));
    String before = exchange.header("X-Forwarded-For");
    String client = exchange.remoteAddress();
    headers.set("X-Forwarded-For", before.isEmpty() ? client : before + ", " + client);
    // Pages are rewritten on their way, so they must come as they are.
    headers.remove(HttpHeaderNames.ACCEPT_ENCODING);
    new Forwarding(dialer, exchange, handing)
        .run(
            backend.nodeName(),
            backend.target(),
            (channel, answer) -> open(channel, backend.https(), answer, request));
  }

  private void open(Channel channel, boolean https, NodeAnswer answer, FullHttpRequest request) {
    if (https) {
      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
    }
    channel.pipeline().addLast(NodeProxy.HTTP, new HttpClientCodec()).addLast(answer);
    channel.config().setAutoRead(true);
    channel.writeAndFlush(request, channel.voidPromise());
  }
}

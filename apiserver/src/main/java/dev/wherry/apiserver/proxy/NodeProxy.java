package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.streaming.tunnel.DialTarget;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sends a request on to a node's kubelet, with the API server's own identity, and its answer back;
 * an upgraded connection becomes a pipe of bytes. TLS runs from here to the kubelet, inside the
 * tunnel; the kubelet must show the certificate of exactly that node.
 */
public final class NodeProxy {
  static final String HTTP = "http";
  static final String HOST = "kubelet";

  private final NodeDialer dialer;
  private final Supplier<SslContext> tls;

  /**
   * @param tls a client context with the identity {@code kube-apiserver-kubelet-client} that trusts
   *     the cluster's authority; asked for every connection
   */
  public NodeProxy(NodeDialer dialer, Supplier<SslContext> tls) {
    this.dialer = dialer;
    this.tls = tls;
  }

  /** What a request to a kubelet is about. */
  enum Use {
    /** A log: a WebSocket client gets it as messages. */
    LOG,
    /** A stream: the client's upgrade is the kubelet's to answer. */
    STREAM,
    /** {@code nodes/proxy}: everything goes through. */
    PROXY
  }

  /**
   * Forwards and waits until the answer has been handed on, or the connection upgraded.
   *
   * @param path what the kubelet is asked for
   * @throws ApiException when the node cannot be reached, or refuses
   */
  void forward(Exchange exchange, String nodeName, ProxyPath path, Use use) {
    String requestHost = exchange.header(HttpHeaderNames.HOST);
    Handing handing =
        new Handing(
            use == Use.PROXY ? Handing.Errors.AS_THEY_ARE : Handing.Errors.AS_STATUS,
            use == Use.LOG,
            use == Use.PROXY
                ? Optional.of(new ProxyLinks(path.prefix(), HOST, requestHost))
                : Optional.empty(),
            why -> new ApiException(Reason.SERVICE_UNAVAILABLE, "error dialing backend: " + why));
    boolean upgrade = use != Use.LOG && exchange.asksUpgrade();
    FullHttpRequest request = ForwardedRequest.of(exchange, path.target(), upgrade);
    request.headers().set(HttpHeaderNames.HOST, HOST);
    new Forwarding(dialer, exchange, handing)
        .run(
            nodeName,
            new DialTarget.Kubelet(),
            (channel, answer) -> begin(channel, nodeName, request, answer));
  }

  private void begin(Channel node, String nodeName, FullHttpRequest request, NodeAnswer answer) {
    SslHandler ssl = tls.get().newHandler(node.alloc());
    node.pipeline()
        .addLast(ssl)
        .addLast(new RightNode(nodeName, ssl, request))
        .addLast(HTTP, new HttpClientCodec())
        .addLast(answer);
    node.config().setAutoRead(true);
  }
}

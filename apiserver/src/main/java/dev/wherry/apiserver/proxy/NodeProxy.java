package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.streaming.tunnel.DialException;
import dev.wherry.streaming.tunnel.DialTarget;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Sends a request on to a node's kubelet, with the API server's own identity, and its answer back;
 * an upgraded connection becomes a pipe of bytes. TLS runs from here to the kubelet, inside the
 * tunnel; the kubelet must show the certificate of exactly that node.
 */
public final class NodeProxy {
  static final String HTTP = "http";

  /** Until the kubelet's server has accepted. */
  private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(10);

  private static final String NODE_PREFIX = "CN=system:node:";

  /** What belongs to the client's connection, or to its identity: the kubelet must not see it. */
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "host",
          "authorization",
          "content-length",
          "transfer-encoding",
          "keep-alive",
          "expect",
          "cookie");

  private static final String BEARER_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

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

  /**
   * Forwards and waits until the answer has been handed on, or the connection upgraded.
   *
   * @param target the kubelet's path and query
   * @param errorsAsStatus whether an error of the kubelet becomes a Status; else it goes through
   * @throws ApiException when the node cannot be reached, or refuses
   */
  public void forward(Exchange exchange, String nodeName, String target, boolean errorsAsStatus) {
    NodeAnswer answer = new NodeAnswer(exchange, errorsAsStatus);
    try {
      Channel node =
          dialer.dial(nodeName, new DialTarget.Kubelet(), DIAL_TIMEOUT).toCompletableFuture().get();
      FullHttpRequest request = request(exchange, target);
      node.eventLoop().execute(() -> begin(node, nodeName, request, answer));
      exchange.channel().closeFuture().addListener(closed -> node.close());
      answer.done().get();
    } catch (ExecutionException | CompletionException e) {
      throw refusal(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable("the server is stopping");
    }
  }

  private static ApiException refusal(@org.jspecify.annotations.Nullable Throwable cause) {
    return switch (cause) {
      case ApiException refusal -> refusal;
      case DialException dial -> unreachable(String.valueOf(dial.getMessage()));
      case null, default -> unreachable(String.valueOf(cause));
    };
  }

  static ApiException unreachable(String why) {
    return new ApiException(Reason.INTERNAL_ERROR, "error dialing backend: " + why);
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

  private static FullHttpRequest request(Exchange exchange, String target) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(exchange.method()),
            target,
            Unpooled.wrappedBuffer(exchange.body()));
    HttpHeaders headers = request.headers();
    for (Map.Entry<String, String> header : exchange.headers()) {
      String name = header.getKey().toLowerCase(java.util.Locale.ROOT);
      boolean hidden =
          OWN_HEADERS.contains(name)
              || name.startsWith("impersonate-")
              || name.startsWith("x-http2-")
              || (!exchange.asksUpgrade() && name.equals("connection"));
      if (name.equals("sec-websocket-protocol")) {
        headers.set(header.getKey(), withoutToken(header.getValue()));
      } else if (!hidden) {
        headers.add(header.getKey(), header.getValue());
      }
    }
    headers.set(HttpHeaderNames.HOST, "kubelet");
    headers.set(HttpHeaderNames.CONTENT_LENGTH, exchange.body().length);
    if (!exchange.asksUpgrade()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return request;
  }

  private static String withoutToken(String protocols) {
    return java.util.Arrays.stream(protocols.split(","))
        .map(String::trim)
        .filter(p -> !p.startsWith(BEARER_PROTOCOL))
        .collect(java.util.stream.Collectors.joining(", "));
  }

  /** Lets the request out once the far end has proved to be the node that was meant. */
  private static final class RightNode extends ChannelInboundHandlerAdapter {
    private final String nodeName;
    private final SslHandler ssl;
    private final FullHttpRequest request;

    RightNode(String nodeName, SslHandler ssl, FullHttpRequest request) {
      this.nodeName = nodeName;
      this.ssl = ssl;
      this.request = request;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event)
        throws SSLPeerUnverifiedException {
      if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
        ctx.fireUserEventTriggered(event);
      } else if (!handshake.isSuccess()) {
        request.release();
        ctx.fireExceptionCaught(handshake.cause());
      } else if (!shownName().equals(nodeName)) {
        request.release();
        ctx.fireExceptionCaught(
            new DialException("the kubelet shows the certificate of another node"));
      } else {
        ctx.pipeline().remove(this);
        ctx.channel().writeAndFlush(request);
      }
    }

    private String shownName() throws SSLPeerUnverifiedException {
      X509Certificate leaf = (X509Certificate) ssl.engine().getSession().getPeerCertificates()[0];
      for (String part : leaf.getSubjectX500Principal().getName().split(",")) {
        if (part.startsWith(NODE_PREFIX)) {
          return part.substring(NODE_PREFIX.length());
        }
      }
      return "";
    }
  }
}

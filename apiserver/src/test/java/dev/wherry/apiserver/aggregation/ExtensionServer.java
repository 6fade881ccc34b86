package dev.wherry.apiserver.aggregation;

import dev.wherry.apiserver.http.AnswerStream;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.http.HttpEdge;
import dev.wherry.apiserver.http.HttpLimits;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Serves flunders, as upstream's sample-apiserver does, over TLS under an authority of its own, and
 * lets nobody in but the front proxy.
 */
final class ExtensionServer implements AutoCloseable {
  static final String PATH = "/apis/wardle.example.com/v1alpha1";
  private static final String LIST =
      """
      {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"wardle.example.com/v1alpha1",
       "resources":[
        {"name":"flunders","singularName":"flunder","namespaced":true,"kind":"Flunder",
         "shortNames":["fl"],"verbs":["create","get","list","watch"]},
        {"name":"flunders/status","singularName":"","namespaced":true,"kind":"Flunder",
         "verbs":["get"]}]}
      """;
  private static final String FLUNDER =
      """
      {"apiVersion":"wardle.example.com/v1alpha1","kind":"Flunder",
       "metadata":{"name":"one","namespace":"default","resourceVersion":"7"}}
      """;
  private static final String INDEX =
      """
      {"paths":{"apis/wardle.example.com/v1alpha1":
       {"serverRelativeURL":"/openapi/v3/apis/wardle.example.com/v1alpha1?hash=AB"}}}
      """;
  private static final String V3 =
      """
      {"openapi":"3.0.0","info":{"title":"wardle","version":"1"},"paths":{
        "/apis/wardle.example.com/v1alpha1/namespaces/{namespace}/flunders":{"get":{
         "x-kubernetes-action":"list","responses":{},
         "x-kubernetes-group-version-kind":{"group":"wardle.example.com","version":"v1alpha1",
          "kind":"Flunder"}}}},
       "components":{"schemas":{"wardle.Flunder":{"type":"object","description":"A flat fish.",
        "x-kubernetes-group-version-kind":[{"group":"wardle.example.com","version":"v1alpha1",
         "kind":"Flunder"}]}}}}
      """;
  private static final String V2 =
      """
      {"swagger":"2.0","info":{"title":"wardle","version":"1"},
       "paths":{"/apis/wardle.example.com/v1alpha1/flunders":{"get":{"responses":{}}},
        "/version":{"get":{"responses":{}}}},
       "definitions":{"wardle.Flunder":{"type":"object"}}}
      """;

  private final CertificateAuthority authority =
      CertificateAuthority.create(
          "wardle-ca", Duration.ofHours(1), InstantSource.system(), new SecureRandom());
  private final LinkedBlockingQueue<Map<String, String>> saw = new LinkedBlockingQueue<>();
  private final InetAddress address;
  private final HttpEdge edge;
  private boolean closed;

  ExtensionServer(X509Certificate frontProxyAuthority) throws Exception {
    TlsIdentity serving =
        authority.issue(
            Subject.of("wardle.default.svc"),
            AlternativeNames.of(List.of("wardle.default.svc")),
            CertificateUse.SERVER,
            Duration.ofHours(1));
    SslContext tls =
        SslContextBuilder.forServer(serving.key(), serving.chain())
            .clientAuth(ClientAuth.REQUIRE)
            .trustManager(TlsContexts.trustManager(List.of(frontProxyAuthority)))
            .build();
    address = someAddress();
    edge =
        HttpEdge.start(
            HttpLimits.defaults(), () -> tls, this::answer, new InetSocketAddress(address, 0));
  }

  /** Of this machine, as pods could have it: the server goes to no loopback. */
  private static InetAddress someAddress() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress() && !a.isLinkLocalAddress())
        .findFirst()
        .orElseThrow();
  }

  String authorityPem() {
    return authority.certificatePem();
  }

  String address() {
    return address.getHostAddress();
  }

  int port() {
    return edge.port();
  }

  /** Headers of the requests for flunders, and the certificate's name as {@code cn}. */
  LinkedBlockingQueue<Map<String, String>> saw() {
    return saw;
  }

  private void answer(Exchange exchange) {
    switch (exchange.path()) {
      case PATH -> json(exchange, 200, LIST);
      case "/openapi/v3" -> json(exchange, 200, INDEX);
      case "/openapi/v3" + PATH -> json(exchange, 200, V3);
      case "/openapi/v2" -> json(exchange, 200, V2);
      default -> flunders(exchange);
    }
  }

  private void flunders(Exchange exchange) {
    String groups = String.join(",", exchange.headers().getAll("X-Remote-Group"));
    String name = Subject.of(exchange.credentials().certificates().getFirst()).commonName();
    saw.add(
        Map.of(
            "cn", name,
            "method", exchange.method(),
            "target", exchange.target(),
            "user", exchange.header("X-Remote-User"),
            "groups", groups,
            "extra", exchange.header("X-Remote-Extra-a%2Fb"),
            "authorization", exchange.header("Authorization"),
            "impersonate", exchange.header("Impersonate-User")));
    if (exchange.asksUpgrade()) {
      exchange.upgrade(
          new DefaultHttpHeaders().set("Upgrade", "echo"),
          channel -> {
            channel.pipeline().addLast(new Echo());
            channel.config().setAutoRead(true);
          });
    } else if (exchange.query().flag("watch")) {
      AnswerStream stream = exchange.stream(200, "application/json");
      stream.write(bytes("{\"type\":\"ADDED\",\"object\":" + FLUNDER.strip() + "}\n"));
      stream.flush();
    } else if (exchange.method().equals("POST")) {
      exchange.respond(201, "application/json", exchange.body());
    } else if (exchange.path().endsWith("/flunders")) {
      json(
          exchange,
          200,
          "{\"apiVersion\":\"wardle.example.com/v1alpha1\",\"kind\":\"FlunderList\","
              + "\"metadata\":{\"resourceVersion\":\"7\"},\"items\":["
              + FLUNDER
              + "]}");
    } else {
      json(exchange, 404, "{\"kind\":\"Status\",\"code\":404,\"message\":\"no such fish\"}");
    }
  }

  private static io.netty.buffer.ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  private static void json(Exchange exchange, int code, String text) {
    exchange.respond(code, "application/json", text.getBytes(StandardCharsets.UTF_8));
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      edge.close();
    }
  }
}

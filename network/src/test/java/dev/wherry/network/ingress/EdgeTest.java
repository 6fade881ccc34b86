package dev.wherry.network.ingress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.network.ingress.kinds.GatewayKinds;
import dev.wherry.network.ingress.proxy.AccessLog;
import dev.wherry.network.ingress.proxy.ProxyFigures;
import dev.wherry.network.ingress.proxy.ProxyLimits;
import dev.wherry.network.sockets.ListeningSockets;
import dev.wherry.network.trees.DefinedKinds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node's proxy and the server's controller over an API in memory. */
class EdgeTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final com.sun.net.httpserver.HttpServer backend = backend();
  private final NodeProxy proxy =
      NodeProxy.start(
          api,
          new IngressSettings(
              "n1",
              Map.of(80, 0, 443, 0, 8080, 0),
              ProxyLimits.defaults(),
              AccessLog.NONE,
              ListeningSockets.OWN,
              1),
          new ProxyFigures(),
          _ -> {},
          timer,
          RANDOM);
  private final IngressController controller = IngressController.start(api, false, timer);

  private static com.sun.net.httpserver.HttpServer backend() {
    try {
      var server =
          com.sun.net.httpserver.HttpServer.create(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void fill() {
    create(
        Node.KIND,
        "{metadata: {name: n1}, status: {addresses: [{type: Hostname, address: n1}, {type: InternalIP, address: 192.0.2.7}]}}");
    IngressController.provideClass(api);
    IngressController.provideClass(api);
    create(
        Service.KIND,
        "{metadata: {namespace: ns, name: web}, spec: {ports: [{name: http, port: 80}]}}");
    create(
        EndpointSlice.KIND,
        "{metadata: {namespace: ns, name: web-1, labels: {kubernetes.io/service-name: web}}, addressType: IPv4, ports: [{name: http, port: %d}], endpoints: [{addresses: [127.0.0.1], conditions: {ready: true}}]}"
            .formatted(backend.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    controller.close();
    proxy.close();
    backend.stop(0);
    timer.close();
  }

  private <T extends KubeObject> T create(Kind<T> kind, String yaml) {
    return api.create(kind, kind.decode(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)).tree()));
  }

  private static String get(int port, String host) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(120_000);
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private boolean answers(int port, String host, String start) {
    Optional<Integer> open = proxy.port(port);
    return open.isPresent() && get(open.get(), host).startsWith(start);
  }

  private TlsIdentity identity() {
    return CertificateAuthority.create("test", Duration.ofDays(1), timer, RANDOM)
        .issue(
            Subject.of("a.test"),
            AlternativeNames.of(List.of("a.test")),
            CertificateUse.SERVER,
            Duration.ofHours(1));
  }

  private static Secret secret(String certificate, String key) {
    return Secret.builder()
        .metadata(ObjectMeta.builder().namespace("ns").name("cert").build())
        .type("kubernetes.io/tls")
        .data(Map.of("tls.crt", bytes(certificate), "tls.key", bytes(key)))
        .build();
  }

  private static Bytes bytes(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }

  private X509Certificate shown() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Trusting()}, null);
      try (SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), proxy.port(443).orElseThrow())) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("a.test")));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
      }
    } catch (IOException | java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private boolean hasEvent(String reason) {
    return api.stored(Event.KIND).stream().anyMatch(event -> event.reason().equals(reason));
  }

  @Test
  void ingress_comesAndGoes_portsOpenAndCloseWithIt() {
    assertEquals(Optional.empty(), proxy.port(80));
    create(
        Ingress.KIND,
        "{metadata: {namespace: ns, name: i}, spec: {ingressClassName: wherry, rules: [{host: a.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}}]}}");

    Eventually.await("the answer", () -> answers(80, "a.test", "HTTP/1.1 200"));
    assertTrue(get(proxy.port(80).orElseThrow(), "b.test").startsWith("HTTP/1.1 404"));
    String announced = "80=" + proxy.port(80).orElseThrow();
    Eventually.await(
        "the announcement",
        () ->
            announced.equals(
                api.stored(Node.KIND)
                    .getFirst()
                    .metadata()
                    .annotations()
                    .get(NodePorts.ANNOTATION)));
    Eventually.await(
        "the status",
        () ->
            api.stored(Ingress.KIND).getFirst().status().loadBalancer() != null
                && Ingress.KIND
                    .toJson(api.stored(Ingress.KIND).getFirst())
                    .at("/status/loadBalancer/ingress/0/ip")
                    .asText()
                    .equals("192.0.2.7"));

    api.delete(
        EndpointSlice.KIND, "ns", "web-1", dev.wherry.machinery.client.DeleteOptions.DEFAULT);
    Eventually.await("no endpoints", () -> answers(80, "a.test", "HTTP/1.1 503"));

    api.delete(Ingress.KIND, "ns", "i", dev.wherry.machinery.client.DeleteOptions.DEFAULT);
    Eventually.await("the end", () -> proxy.port(80).isEmpty());
  }

  @Test
  void certificate_exchangedAndSpoilt_theLastGoodOneStays() {
    TlsIdentity first = identity();
    TlsIdentity second = identity();
    create(
        Ingress.KIND,
        "{metadata: {namespace: ns, name: i}, spec: {ingressClassName: wherry, tls: [{hosts: [a.test], secretName: cert}], defaultBackend: {service: {name: web, port: {number: 80}}}}}");
    Eventually.await("the port", () -> proxy.port(443).isPresent());
    Eventually.await("the missing Secret is said", () -> hasEvent("InvalidCertificate"));
    assertEquals(
        "CN=Wherry ingress default certificate", shown().getSubjectX500Principal().getName());

    api.create(Secret.KIND, secret(first.certificatePem(), first.keyPem()));
    Eventually.await("the certificate", () -> shown().equals(first.leaf()));

    int events = api.stored(Event.KIND).size();
    api.update(Secret.KIND, secret(second.certificatePem(), first.keyPem()));
    Eventually.await("the spoilt Secret is said", () -> api.stored(Event.KIND).size() > events);
    assertEquals(first.leaf(), shown());

    api.update(Secret.KIND, secret(second.certificatePem(), second.keyPem()));
    Eventually.await("the new certificate", () -> shown().equals(second.leaf()));
  }

  @Test
  void gateway_itsKindsDefinedLater_isServedAndSaysSo() {
    for (Kind<?> kind : GatewayKinds.ALL) {
      create(DefinedKinds.DEFINITION, "{metadata: {name: %s}}".formatted(kind.info().resource()));
    }
    create(
        GatewayKinds.GATEWAY_CLASS,
        "{metadata: {name: w}, spec: {controllerName: wherry.dev/gateway}}");
    create(
        GatewayKinds.GATEWAY,
        "{metadata: {namespace: ns, name: gw}, spec: {gatewayClassName: w, listeners: [{name: http, port: 8080, protocol: HTTP}]}}");
    create(
        GatewayKinds.HTTP_ROUTE,
        "{metadata: {namespace: ns, name: r}, spec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, port: 80}]}]}}");

    Eventually.await("the answer", () -> answers(8080, "x", "HTTP/1.1 200"));
    Eventually.await(
        "the route's status",
        () ->
            api.stored(GatewayKinds.HTTP_ROUTE)
                .getFirst()
                .status()
                .at("/parents/0/conditions/0/status")
                .asText()
                .equals("True"));
    Eventually.await(
        "the Gateway's address",
        () ->
            api.stored(GatewayKinds.GATEWAY)
                .getFirst()
                .status()
                .at("/addresses/0/value")
                .asText()
                .equals("192.0.2.7"));
  }
}

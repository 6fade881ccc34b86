package dev.wherry.apiserver.aggregation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.http.EdgeFixture;
import dev.wherry.apiserver.pki.Kubeconfig;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.streaming.tunnel.AgentTunnel;
import dev.wherry.streaming.tunnel.TargetPolicy;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server, an agent's tunnel and a server behind it, all over TLS. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AggregationTest {
  private static final Path KUBECTL = Path.of("/usr/bin/kubectl");
  private static final String SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
  private static final String FLUNDERS = ExtensionServer.PATH + "/namespaces/default/flunders";
  private static final String API_SERVICE = SERVICES + "/v1alpha1.wardle.example.com";

  @TempDir Path data;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private ServerFixture server;
  private AgentTunnel agent;
  private ExtensionServer extension;

  @BeforeEach
  void start() throws Exception {
    server = ServerFixture.start(data);
    ServerPki pki = server.server().pki();
    TlsIdentity node =
        pki.authority()
            .issue(
                Subject.of("system:node:n1", "system:nodes"),
                AlternativeNames.of(List.of("n1")),
                CertificateUse.CLIENT,
                Duration.ofHours(1));
    SslContext tls =
        new JdkSslContext(
            TlsContexts.mutual(() -> node, List.of(pki.authority().certificate())),
            true,
            ClientAuth.NONE);
    agent =
        new AgentTunnel(
            new AgentTunnel.Config(
                server.uri(""),
                () -> tls,
                TargetPolicy.kubeletAndAddresses(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))),
            loops,
            NioSocketChannel.class,
            new Random(1));
    agent.start();
    extension = new ExtensionServer(pki.frontProxyAuthority().certificate());
  }

  @AfterEach
  void stop() {
    agent.close();
    extension.close();
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private void register() {
    created(
        server.post(
            "/api/v1/namespaces/default/services",
            """
            apiVersion: v1
            kind: Service
            metadata: {name: wardle}
            spec: {ports: [{name: https, port: 443, targetPort: 8443}]}
            """));
    created(
        server.post(
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
            """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: wardle-1, labels: {kubernetes.io/service-name: wardle}}
            addressType: IPv4
            ports: [{name: https, port: %d, protocol: TCP}]
            endpoints: [{addresses: [%s], nodeName: n1, conditions: {ready: true}}]
            """
                .formatted(extension.port(), extension.address())));
    created(server.post(SERVICES, apiService()));
    awaitAvailable("True", "Passed");
  }

  private String apiService() {
    byte[] pem = extension.authorityPem().getBytes(StandardCharsets.UTF_8);
    return """
    apiVersion: apiregistration.k8s.io/v1
    kind: APIService
    metadata: {name: v1alpha1.wardle.example.com}
    spec:
      group: wardle.example.com
      version: v1alpha1
      groupPriorityMinimum: 2000
      versionPriority: 200
      caBundle: %s
      service: {namespace: default, name: wardle}
    """
        .formatted(Base64.getEncoder().encodeToString(pem));
  }

  private static void created(ServerFixture.Answer answer) {
    assertEquals(201, answer.code(), answer.text());
  }

  private void awaitAvailable(String status, String reason) {
    while (true) {
      for (JsonNode condition : server.get(API_SERVICE).json().path("status").path("conditions")) {
        if (condition.path("status").asText().equals(status)
            && condition.path("reason").asText().equals(reason)) {
          return;
        }
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void request_goesOnUnderTheFrontProxysName() throws Exception {
    register();
    ServerFixture.Answer list =
        server.get(
            FLUNDERS + "?limit=5",
            "Impersonate-User",
            "jane",
            "Impersonate-Group",
            "system:masters",
            "Impersonate-Extra-a%2Fb",
            "c",
            "X-Remote-User",
            "liar",
            "X-Remote-Group",
            "liars");
    assertEquals(200, list.code(), list.text());
    assertEquals("FlunderList", list.json().path("kind").asText());
    Map<String, String> saw = extension.saw().take();
    assertEquals("front-proxy-client", saw.get("cn"));
    assertEquals("jane", saw.get("user"));
    assertEquals("system:masters,system:authenticated", saw.get("groups"));
    assertEquals("c", saw.get("extra"));
    assertEquals(FLUNDERS + "?limit=5", saw.get("target"));
    assertEquals("", saw.get("impersonate"));

    ServerFixture.Answer made = server.post(FLUNDERS, "kind: Flunder");
    assertEquals(201, made.code());
    assertEquals("{\"kind\":\"Flunder\"}", made.text());
    assertEquals("no such fish", server.get(FLUNDERS + "/two").message());
    ServerFixture.Answer forbidden = server.get(FLUNDERS, "Impersonate-User", "jane");
    assertEquals(403, forbidden.code(), "our authoriser is asked first");
  }

  @Test
  void watch_comesAsItIsWritten() {
    register();
    List<String> lines = server.lines(FLUNDERS + "?watch=true", 1);
    assertTrue(lines.getFirst().startsWith("{\"type\":\"ADDED\""), lines.toString());
  }

  @Test
  void upgrade_becomesAPipe() throws Exception {
    register();
    ServerPki pki = server.server().pki();
    try (SSLSocket socket =
        (SSLSocket)
            TlsContexts.mutual(
                    () -> pki.identity(ServerPki.Leaf.ADMIN),
                    List.of(pki.authority().certificate()))
                .getSocketFactory()
                .createSocket("localhost", server.server().port())) {
      socket.setSoTimeout(20_000);
      EdgeFixture.send(
          socket,
          "GET "
              + FLUNDERS
              + "/one/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      String head = EdgeFixture.readUntil(socket, "\r\n\r\n");
      assertTrue(head.startsWith("HTTP/1.1 101 "), head);
      EdgeFixture.send(socket, "there and back");
      assertEquals("there and back", EdgeFixture.readUntil(socket, "back"));
    }
  }

  @Test
  void documents_tellOfTheOtherServer() {
    register();
    JsonNode aggregated =
        server
            .get(
                "/apis",
                "Accept",
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
            .json();
    JsonNode group = named(aggregated.path("items"), "wardle.example.com");
    JsonNode version = group.path("versions").path(0);
    assertEquals("Current", version.path("freshness").asText());
    JsonNode resource = version.path("resources").path(0);
    assertEquals("flunders", resource.path("resource").asText());
    assertEquals("Flunder", resource.path("responseKind").path("kind").asText());
    assertEquals("status", resource.path("subresources").path(0).path("subresource").asText());
    assertEquals(
        "wardle.example.com", server.get("/apis/wardle.example.com").json().path("name").asText());
    assertEquals(
        "fl", server.get(ExtensionServer.PATH).json().at("/resources/0/shortNames/0").asText());

    JsonNode index = server.get("/openapi/v3").json();
    String url =
        index
            .path("paths")
            .path(ExtensionServer.PATH.substring(1))
            .path("serverRelativeURL")
            .asText();
    assertTrue(server.get(url).text().contains("A flat fish."), url);
    JsonNode v2 = server.get("/openapi/v2").json();
    assertTrue(v2.path("definitions").has("wardle.Flunder"));
    assertTrue(v2.path("paths").has(ExtensionServer.PATH + "/flunders"));
    assertEquals("Kubernetes", v2.path("info").path("title").asText());
    ServerFixture.Answer binary =
        server.get(
            "/openapi/v2", "Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
    assertTrue(binary.text().contains("wardle.Flunder"));
  }

  private static JsonNode named(JsonNode items, String name) {
    for (JsonNode item : items) {
      if (item.path("metadata").path("name").asText().equals(name)) {
        return item;
      }
    }
    throw new AssertionError(name + " is not in " + items);
  }

  @Test
  void server_thatIsGone_isNotAvailable() {
    created(server.post(SERVICES, apiService()));
    awaitAvailable("False", "ServiceNotFound");
    assertEquals(503, server.get(FLUNDERS).code());
    assertEquals(200, server.delete(API_SERVICE).code());
    register();
    assertEquals(200, server.get(FLUNDERS).code());
    extension.close();
    assertEquals(503, server.get(FLUNDERS).code());
    assertEquals(
        200, server.patch("merge", API_SERVICE, "metadata: {labels: {look: again}}").code());
    awaitAvailable("False", "FailedDiscoveryCheck");
    assertEquals(200, server.delete(API_SERVICE).code());
    while (server.get(FLUNDERS).code() != 404) {
      Thread.onSpinWait();
    }
  }

  @Test
  void kubectl_livesWithTheOtherServer() throws Exception {
    assumeTrue(Files.isExecutable(KUBECTL), "no kubectl on this machine");
    register();
    ServerPki pki = server.server().pki();
    new Kubeconfig(
            server.uri("").toString(),
            Pem.certificates(List.of(pki.authority().certificate())),
            "admin",
            pki.identity(ServerPki.Leaf.ADMIN))
        .write(data.resolve("kubeconfig"));
    assertEquals("flunder.wardle.example.com/one\n", kubectl("get", "fl", "-o", "name"));
    assertTrue(kubectl("get", "apiservices").contains("default/wardle   True"));
    assertTrue(kubectl("explain", "flunders").contains("A flat fish."));
    assertTrue(
        kubectl(
                "get",
                "cm",
                "-n",
                "kube-system",
                "extension-apiserver-authentication",
                "-o",
                "yaml")
            .contains("requestheader-allowed-names: '[\"front-proxy-client\"]'"));
  }

  private String kubectl(String... arguments) throws Exception {
    Path out = data.resolve("out");
    Process process =
        new ProcessBuilder(
                java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(
                            KUBECTL.toString(),
                            "--kubeconfig=" + data.resolve("kubeconfig"),
                            "--cache-dir=" + data.resolve("cache")),
                        java.util.stream.Stream.of(arguments))
                    .toList())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertTrue(process.waitFor(240, TimeUnit.SECONDS), "kubectl does not end");
    String text = Files.readString(out, StandardCharsets.UTF_8);
    assertEquals(0, process.exitValue(), text);
    return text;
  }
}

package dev.wherry.apiserver.aggregation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.fixture.ExtensionServer;
import dev.wherry.apiserver.fixture.ExtensionSite;
import dev.wherry.apiserver.http.EdgeFixture;
import dev.wherry.apiserver.pki.Kubeconfig;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A whole server, an agent's tunnel and a server behind it, all over TLS. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AggregationTest {
  private static final Path KUBECTL = Path.of("/usr/bin/kubectl");
  private static final String SERVICES = ExtensionSite.SERVICES;
  private static final String FLUNDERS = ExtensionServer.PATH + "/namespaces/default/flunders";
  private static final Kind<MetadataObject> FLUNDER =
      MetadataObject.of(
          new KindInfo("wardle.example.com", "v1alpha1", "Flunder", "flunders", true));
  private static final String API_SERVICE = SERVICES + "/v1alpha1.wardle.example.com";

  @TempDir Path data;
  private ServerFixture server;
  private ExtensionSite site;
  private ExtensionServer extension;

  @BeforeEach
  void start() throws Exception {
    server = ServerFixture.start(data);
    site = new ExtensionSite(server.server().pki(), server.uri(""));
    extension = site.extension();
  }

  @AfterEach
  void stop() {
    site.close();
    server.close();
  }

  private void register() {
    site.register((path, object) -> created(server.send("POST", path, Json.write(object))));
    awaitAvailable("True", "Passed");
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

    ServerFixture.Answer made = server.post(FLUNDERS, "{kind: Flunder, metadata: {name: three}}");
    assertEquals(201, made.code());
    assertEquals("Flunder", made.json().path("kind").asText());
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
    created(server.send("POST", SERVICES, Json.write(site.apiService())));
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

  private static void assertRefused(Reason reason, Executable call) {
    assertEquals(reason, assertThrows(ApiException.class, call).reason());
  }

  @Test
  void component_worksWithTheOtherServersObjectsAsWithItsOwn() throws Exception {
    register();
    ApiClient client = server.server().clientFor(UserInfo.of("component", UserInfo.MASTERS));
    BlockingQueue<Change<MetadataObject>> told = new LinkedBlockingQueue<>();
    try (SystemTimer timer = new SystemTimer();
        Informer<MetadataObject> informer =
            new Informer<>(client, FLUNDER, Scope.ALL, timer).onChange(told::add).start()) {
      assertEquals("one", told.take().latest().metadata().name());
      assertEquals("component", extension.saw().take().get("user"));
      created(server.post(FLUNDERS, "{kind: Flunder, metadata: {name: three}}"));
      assertInstanceOf(Change.Added.class, told.take());
      JsonNode labels = ServerFixture.yaml("{metadata: {labels: {a: b}}}");
      assertEquals(
          Map.of("a", "b"),
          client.patch(FLUNDER, "default", "three", PatchType.MERGE, labels).metadata().labels());
      assertInstanceOf(Change.Updated.class, told.take());
      assertRefused(Reason.NOT_FOUND, () -> client.get(FLUNDER, "default", "four"));
      assertRefused(
          Reason.CONFLICT,
          () -> client.delete(FLUNDER, "default", "three", DeleteOptions.ofUid("another")));
      client.delete(FLUNDER, "default", "three", DeleteOptions.DEFAULT);
      assertInstanceOf(Change.Removed.class, told.take());
      client.deleteCollection(FLUNDER, "default", ListOptions.ALL, DeleteOptions.DEFAULT);
      assertInstanceOf(Change.Removed.class, told.take());
      assertEquals(List.of(), client.list(FLUNDER, "", ListOptions.ALL).items());
      assertEquals(List.of(), informer.list());
    }
    ApiClient nobody = server.server().clientFor(UserInfo.of("nobody"));
    assertRefused(Reason.FORBIDDEN, () -> nobody.list(FLUNDER, "", ListOptions.ALL));
  }

  @Test
  void component_isToldThatTheOtherServerIsAway() {
    register();
    ApiClient client = server.server().clientFor(UserInfo.of("component", UserInfo.MASTERS));
    JsonNode offered = client.raw("GET", ExtensionServer.PATH, null);
    assertEquals("flunders", offered.at("/resources/0/name").asText());
    extension.broken(true);
    assertRefused(Reason.INTERNAL_ERROR, () -> client.list(FLUNDER, "", ListOptions.ALL));
    assertEquals(
        200, server.patch("merge", API_SERVICE, "metadata: {labels: {look: again}}").code());
    awaitAvailable("False", "FailedDiscoveryCheck");
    assertRefused(Reason.SERVICE_UNAVAILABLE, () -> client.list(FLUNDER, "", ListOptions.ALL));
    ApiException stale =
        assertThrows(ApiException.class, () -> client.raw("GET", ExtensionServer.PATH, null));
    assertEquals("stale GroupVersion discovery: wardle.example.com/v1alpha1", stale.text());
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

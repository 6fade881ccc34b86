package dev.wherry.apiserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.store.Store;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole server over a real store, seen by a client. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ApiServerTest {
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  @TempDir Path data;
  private Store store;
  private ApiServer server;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    store = RocksStore.open(data.resolve("db"), RocksStoreConfig.defaults());
    server =
        ApiServer.start(
            ApiServerConfig.in(
                data, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of()),
            store,
            InstantSource.system(),
            UUID::randomUUID,
            new SecureRandom());
    client = HttpClient.newBuilder().sslContext(context()).build();
  }

  private SSLContext context() {
    ServerPki pki = server.pki();
    return TlsContexts.mutual(
        () -> pki.identity(ServerPki.Leaf.ADMIN), List.of(pki.authority().certificate()));
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.close();
    store.close();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json")
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode create(String name) throws Exception {
    HttpResponse<String> answer =
        send(
            "POST",
            MAPS,
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\""
                + name
                + "\"}}");
    assertEquals(201, answer.statusCode(), answer.body());
    return Json.parse(answer.body());
  }

  private static String revision(JsonNode object) {
    return object.path("metadata").path("resourceVersion").asText();
  }

  @Test
  void watch_webSocket_tellsWhatIsWritten() throws Exception {
    String from = revision(create("a"));
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    client
        .newWebSocketBuilder()
        .buildAsync(
            URI.create(
                "wss://localhost:" + server.port() + MAPS + "?watch=true&resourceVersion=" + from),
            new Ear(heard))
        .get(120, TimeUnit.SECONDS);
    create("b");
    JsonNode event = Json.parse(String.valueOf(heard.poll(120, TimeUnit.SECONDS)));
    assertEquals("ADDED", event.path("type").asText());
    assertEquals("b", event.path("object").path("metadata").path("name").asText());
  }

  private record Ear(LinkedBlockingQueue<String> heard) implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      heard.add(data.toString());
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }
  }

  @Test
  void restart_objectsAndWatchesGoOn() throws Exception {
    String from = revision(create("a"));
    create("b");
    assertEquals(200, send("DELETE", MAPS + "/a", "").statusCode());
    stop();
    start();
    JsonNode list = Json.parse(send("GET", MAPS, "").body());
    assertEquals(1, list.path("items").size());
    String events =
        send("GET", MAPS + "?watch=1&timeoutSeconds=3&resourceVersion=" + from, "").body();
    assertEquals(
        List.of("ADDED", "DELETED"),
        events.lines().map(line -> Json.parse(line).path("type").asText()).toList());
  }

  @Test
  void conflicts_areRefused() throws Exception {
    JsonNode first = create("a");
    assertEquals(
        409,
        send(
                "POST",
                MAPS,
                "{\"metadata\":{\"name\":\"a\"},\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"}")
            .statusCode());
    assertEquals(200, send("PUT", MAPS + "/a", withData(first, "1")).statusCode());
    assertEquals(409, send("PUT", MAPS + "/a", withData(first, "2")).statusCode());
    assertEquals(404, send("GET", MAPS + "/absent", "").statusCode());
  }

  private static String withData(JsonNode object, String value) {
    var copy = (com.fasterxml.jackson.databind.node.ObjectNode) object.deepCopy();
    copy.putObject("data").put("k", value);
    return new String(Json.write(copy), java.nio.charset.StandardCharsets.UTF_8);
  }

  /**
   * The client opens a watch, reads its beginning, and nothing more until too much has happened.
   */
  @Test
  void watch_slowClient_endsWith410() throws Exception {
    String from = revision(create("a"));
    HttpResponse<InputStream> watch =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "https://localhost:"
                            + server.port()
                            + MAPS
                            + "?watch=true&resourceVersion="
                            + from))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    ApiClient writer = server.clientFor(UserInfo.of("writer", UserInfo.MASTERS));
    for (int i = 0; i < 60; i++) {
      writer.create(
          ConfigMap.KIND,
          ConfigMap.builder()
              .metadata(ObjectMeta.builder().namespace("default").name("large" + i).build())
              .data(Map.of("k", "x".repeat(1_000_000)))
              .build());
    }
    String last = "";
    int lines = 0;
    try (BufferedReader in = new BufferedReader(new InputStreamReader(watch.body(), UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        last = line;
        lines++;
      }
    }
    assertTrue(lines < 60, lines + " events were kept for a client that read none");
    assertEquals(410, Json.parse(last).path("object").path("code").asInt(), last.substring(0, 100));
  }

  /** Watches and half-sent requests of clients whose connections are reset. */
  @Test
  void clients_thatVanish_leaveNothingBehind() throws Exception {
    int before = registeredWatchers();
    List<SSLSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket();
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      socket.setSoLinger(true, 0);
      String request =
          i % 2 == 0
              ? "GET " + MAPS + "?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n"
              : "POST " + MAPS + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
      socket.getOutputStream().write(request.getBytes(UTF_8));
      sockets.add(socket);
    }
    await(() -> registeredWatchers() == before + 25);
    for (SSLSocket socket : sockets) {
      socket.close();
    }
    await(() -> registeredWatchers() == before);
    assertEquals("a", create("a").path("metadata").path("name").asText());
  }

  private int registeredWatchers() throws Exception {
    return send("GET", "/metrics", "")
        .body()
        .lines()
        .filter(line -> line.startsWith("apiserver_registered_watchers{"))
        .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void metrics_countRequests() throws Exception {
    create("a");
    // A request is counted beside its answer.
    await(() -> send("GET", "/metrics", "").body().contains("resource=\"configmaps\""));
    // Beside the server's own, for the servers behind it.
    await(() ->
        send("GET", "/metrics", "")
            .body()
            .contains("apiserver_storage_objects{resource=\"configmaps\"} 2\n"));
  }

  @Test
  void nodeStreams_withoutTunnel_sayWhy() throws Exception {
    HttpResponse<String> answer = send("GET", "/api/v1/namespaces/default/pods/none/log", "");
    assertEquals(404, answer.statusCode(), answer.body());
    assertEquals(403, send("GET", "/wherry/v1/tunnel", "").statusCode());
  }
}

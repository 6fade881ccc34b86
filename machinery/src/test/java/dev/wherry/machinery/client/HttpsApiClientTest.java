package dev.wherry.machinery.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpsApiClientTest {
  private static final String MAP =
      "{\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\",\"namespace\":\"n\","
          + "\"resourceVersion\":\"7\"},\"data\":{\"ü\":\"{\\\"a\\\":[1]}\"}}";

  private final SystemTimer timer = new SystemTimer();
  private final CertificateAuthority authority =
      CertificateAuthority.create(
          "test", Duration.ofDays(1), InstantSource.system(), new SecureRandom());
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpsServer server;
  private HttpsApiClient client;

  @BeforeEach
  void start() throws Exception {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    TlsIdentity identity =
        authority.issue(
            Subject.of("server"),
            AlternativeNames.of(List.of("127.0.0.1")),
            CertificateUse.SERVER,
            Duration.ofDays(1));
    server.setHttpsConfigurator(
        new HttpsConfigurator(
            TlsContexts.mutual(() -> identity, List.of(authority.certificate()))));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    client = client(authority);
  }

  private HttpsApiClient client(CertificateAuthority trusted) {
    URI uri = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    return new HttpsApiClient(
        HttpsConfig.ofToken(
            uri, TlsContexts.trusting(List.of(trusted.certificate())), () -> "secret"),
        timer);
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
    timer.close();
  }

  private void answer(String path, int code, String body) {
    server.createContext(path, exchange -> answer(exchange, code, body));
  }

  private void answer(HttpExchange exchange, int code, String body) throws IOException {
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + token);
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Test
  void get_object_isDecodedAndAuthorised() {
    answer("/api/v1/namespaces/n/configmaps/m", 200, MAP);

    assertEquals("{\"a\":[1]}", client.get(ConfigMap.KIND, "n", "m").data().get("ü"));
    assertEquals(List.of("GET /api/v1/namespaces/n/configmaps/m Bearer secret"), requests);
  }

  @Test
  void figures_answersAndSilence_areCountedByCodeMethodAndHost() {
    answer("/api/v1/namespaces/n/configmaps/m", 200, MAP);
    answer("/api/v1/namespaces/n/configmaps/gone", 404, "{}");
    ConfigMap found = client.get(ConfigMap.KIND, "n", "m");
    client.get(ConfigMap.KIND, "n", found.metadata().name());
    assertThrows(ApiException.class, () -> client.get(ConfigMap.KIND, "n", "gone"));
    server.stop(0);
    assertThrows(ApiException.class, () -> client.get(ConfigMap.KIND, "n", "m"));

    MetricsText page = new MetricsText();
    client.figures().write(page);
    String host = "host=\"127.0.0.1:" + server.getAddress().getPort() + "\"";
    for (String line :
        List.of(
            "rest_client_requests_total{code=\"200\"," + host + ",method=\"GET\"} 2",
            "rest_client_requests_total{code=\"404\"," + host + ",method=\"GET\"} 1",
            "rest_client_requests_total{code=\"<error>\"," + host + ",method=\"GET\"} 1",
            "rest_client_request_duration_seconds_count{" + host + ",verb=\"GET\"} 4")) {
      assertTrue(page.toString().contains(line + "\n"), () -> line + " in " + page);
    }
  }

  @Test
  void list_page_itemsAndTokenAreRead() {
    answer(
        "/api/v1/configmaps",
        200,
        "{\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"c\",\"remainingItemCount\":3},"
            + "\"items\":["
            + MAP
            + ","
            + MAP
            + "],\"kind\":\"ConfigMapList\"}");

    ListResult<ConfigMap> page =
        client.list(ConfigMap.KIND, "", ListOptions.ALL.withLabels("a in (b)").withPage(2, ""));
    assertEquals(2, page.items().size());
    assertEquals("m", page.items().get(1).metadata().name());
    assertEquals("9", page.resourceVersion());
    assertEquals("c", page.continueToken());
    assertEquals(3, page.remainingItemCount());
    assertEquals(
        "GET /api/v1/configmaps?labelSelector=a+in+%28b%29&limit=2 Bearer secret",
        requests.getFirst());
  }

  @Test
  void update_conflict_isTheServersStatus() {
    String status =
        new String(
            Json.write(ApiException.conflict(ConfigMap.KIND.info(), "m", "it changed").toStatus()),
            StandardCharsets.UTF_8);
    answer("/api/v1/namespaces/n/configmaps/m", 409, status);

    ApiException e =
        assertThrows(
            ApiException.class,
            () ->
                client.update(
                    ConfigMap.KIND, ConfigMap.KIND.decode(MAP.getBytes(StandardCharsets.UTF_8))));
    assertEquals(Reason.CONFLICT, e.reason());
    assertEquals("Operation cannot be fulfilled on configmaps \"m\": it changed", e.getMessage());
  }

  @Test
  void get_serverAsksForPatience_comesBack() {
    AtomicInteger count = new AtomicInteger();
    server.createContext(
        "/api/v1/namespaces/n/configmaps/m",
        exchange -> {
          if (count.incrementAndGet() == 1) {
            exchange.getResponseHeaders().add("Retry-After", "1");
            answer(exchange, 429, "later");
          } else {
            answer(exchange, 200, MAP);
          }
        });

    assertEquals("m", client.get(ConfigMap.KIND, "n", "m").metadata().name());
    assertEquals(2, count.get());
  }

  @Test
  void get_unknownAuthorityOrNoServer_isToldAsUnavailable() {
    CertificateAuthority other =
        CertificateAuthority.create(
            "other", Duration.ofDays(1), InstantSource.system(), new SecureRandom());
    ApiException e =
        assertThrows(ApiException.class, () -> client(other).get(ConfigMap.KIND, "n", "m"));
    assertEquals(Reason.SERVICE_UNAVAILABLE, e.reason());
    server.stop(0);
    assertEquals(
        Reason.SERVICE_UNAVAILABLE,
        assertThrows(ApiException.class, () -> client.get(ConfigMap.KIND, "n", "m")).reason());
  }

  @Test
  void watch_events_areToldInOrderUntilTheError() {
    String gone = "{\"kind\":\"Status\",\"reason\":\"Expired\",\"code\":410,\"message\":\"old\"}";
    answer(
        "/api/v1/configmaps",
        200,
        event("ADDED", MAP)
            + event(
                "BOOKMARK",
                "{\"metadata\":{\"resourceVersion\":\"8\",\"annotations\":"
                    + "{\"k8s.io/initial-events-end\":\"true\"}}}")
            + event("MODIFIED", MAP)
            + event("DELETED", MAP)
            + event("ERROR", gone));
    List<String> told = new CopyOnWriteArrayList<>();
    client.watch(ConfigMap.KIND, "", WatchOptions.list(), recorder(told));

    Eventually.await("all told " + told, () -> told.size() == 5);
    assertEquals(List.of("Added", "Bookmark", "Modified", "Deleted", "ended EXPIRED"), told);
    assertEquals(
        "GET /api/v1/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=480"
            + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan Bearer secret",
        requests.getFirst());
  }

  @Test
  void watch_connectionEnds_endsWithoutError() {
    answer("/api/v1/configmaps", 200, event("ADDED", MAP));
    List<String> told = new CopyOnWriteArrayList<>();
    client.watch(ConfigMap.KIND, "", WatchOptions.after("3"), recorder(told));

    Eventually.await("ended", () -> told.size() == 2);
    assertEquals(List.of("Added", "ended"), told);
  }

  private static String event(String type, String object) {
    return "{\"type\":\"" + type + "\",\"object\":" + object + "}\n";
  }

  private static WatchConsumer<ConfigMap> recorder(List<String> told) {
    return new WatchConsumer<>() {
      @Override
      public void event(WatchEvent<ConfigMap> event) {
        told.add(event.getClass().getSimpleName());
      }

      @Override
      public void ended(Optional<ApiException> error) {
        told.add("ended" + error.map(e -> " " + e.reason()).orElse(""));
      }
    };
  }
}

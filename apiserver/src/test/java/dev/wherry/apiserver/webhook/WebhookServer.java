package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/** A webhook server with a certificate of its own authority; what it answers is up to the test. */
public final class WebhookServer implements AutoCloseable {
  private final CertificateAuthority authority =
      CertificateAuthority.create(
          "webhooks", Duration.ofDays(1), InstantSource.system(), new SecureRandom());
  private final Map<String, UnaryOperator<JsonNode>> answers = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpsServer server;

  /** Bodies as they came, with the path and query in {@code target}. */
  public final LinkedBlockingQueue<JsonNode> seen = new LinkedBlockingQueue<>();

  /** On the loopback, as {@code localhost}. */
  public WebhookServer() throws Exception {
    this(InetAddress.getLoopbackAddress(), "localhost");
  }

  /**
   * @param host the name in its certificate
   */
  public WebhookServer(InetAddress address, String host) throws Exception {
    TlsIdentity identity =
        authority.issue(
            Subject.of("webhook"),
            AlternativeNames.of(List.of(host)),
            CertificateUse.SERVER,
            Duration.ofHours(1));
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(new KeyManager[] {TlsContexts.keyManager(() -> identity)}, null, null);
    server = HttpsServer.create(new InetSocketAddress(address, 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      ObjectNode body = (ObjectNode) Json.parse(exchange.getRequestBody().readAllBytes());
      UnaryOperator<JsonNode> answer = answers.get(exchange.getRequestURI().getPath());
      seen.add(body.deepCopy().put("target", exchange.getRequestURI().toString()));
      if (answer == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] bytes = Json.write(answer.apply(body));
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url(String path) {
    return "https://localhost:" + server.getAddress().getPort() + path;
  }

  /** The authority as a caBundle. */
  public String caBundle() {
    return Base64.getEncoder()
        .encodeToString(authority.certificatePem().getBytes(StandardCharsets.UTF_8));
  }

  /** Answers at a path with a whole body. */
  public WebhookServer answering(String path, UnaryOperator<JsonNode> answer) {
    answers.put(path, answer);
    return this;
  }

  /** Answers reviews at a path with what a response has beside its uid. */
  public WebhookServer reviewing(String path, UnaryOperator<JsonNode> response) {
    return answering(
        path,
        review -> {
          ObjectNode answer = Json.object();
          answer.set("kind", review.path("kind"));
          answer.set("apiVersion", review.path("apiVersion"));
          ObjectNode body = (ObjectNode) response.apply(review.path("request"));
          body.set("uid", review.at("/request/uid"));
          answer.set("response", body);
          return answer;
        });
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

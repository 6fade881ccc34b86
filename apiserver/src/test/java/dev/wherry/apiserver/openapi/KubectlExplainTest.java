package dev.wherry.apiserver.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wherry.apiserver.discovery.Discovery;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real kubectl of this machine against nothing but discovery and OpenAPI, over plain HTTP on
 * the loopback.
 */
class KubectlExplainTest {
  private static final Path KUBECTL = Path.of("/usr/bin/kubectl");
  private static final long KUBECTL_SECONDS_MAX = 60;

  @TempDir Path home;
  private final Discovery discovery = new Discovery(FixtureCatalog.create(), "127.0.0.1");
  private final OpenApi openApi =
      new OpenApi(FixtureCatalog.create(), Schema.builtin(), CustomSchemas.NONE, "v1.36.0");
  private HttpServer server = server();

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void start() {
    assumeTrue(Files.isExecutable(KUBECTL), "no kubectl on this machine");
    server.createContext("/", this::handle);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String accept = header(exchange, "Accept");
    String etag = header(exchange, "If-None-Match");
    try (exchange) {
      if (Discovery.serves(path)) {
        Optional<Discovery.Answer> answer = discovery.answer(path, accept, etag);
        send(
            exchange,
            answer.map(Discovery.Answer::status).orElse(404),
            answer.map(Discovery.Answer::contentType).orElse("text/plain"),
            answer.map(Discovery.Answer::body).orElse(new byte[0]));
      } else if (OpenApi.serves(path)) {
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        String hash = query.replaceFirst("^(?:.*&)?hash=([^&]*).*$", "$1");
        Optional<OpenApi.Answer> answer = openApi.answer(path, hash, accept, etag);
        send(
            exchange,
            answer.map(OpenApi.Answer::status).orElse(404),
            answer.map(OpenApi.Answer::contentType).orElse("text/plain"),
            answer.map(OpenApi.Answer::plain).orElse(new byte[0]));
      } else {
        send(exchange, 404, "text/plain", new byte[0]);
      }
    } catch (ApiException e) {
      send(
          exchange,
          e.code(),
          "application/json",
          e.toStatus().toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().get(name))
        .map(v -> String.join(",", v))
        .orElse("");
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private String kubectl(int exit, String input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                KUBECTL.toString(),
                "--kubeconfig",
                "/dev/null",
                "--server",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "--cache-dir",
                home.resolve("cache").toString()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(home, "kubectl", ".out");
    Path in = Files.writeString(Files.createTempFile(home, "kubectl", ".in"), input);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .redirectInput(in.toFile());
    builder.environment().put("HOME", home.toString());
    Process process = builder.start();
    assertTrue(process.waitFor(KUBECTL_SECONDS_MAX, TimeUnit.SECONDS), "kubectl did not end");
    String text = Files.readString(out);
    assertEquals(exit, process.exitValue(), text);
    return text;
  }

  @Test
  void explain_field_showsTypeAndDescription() throws Exception {
    String text = kubectl(0, "", "explain", "pods.spec.containers");
    assertTrue(
        text.contains("KIND:       Pod") && text.contains("FIELD: containers <[]Container>"), text);
    assertTrue(text.contains("image") && text.contains("<string>"), text);
  }

  @Test
  void explain_recursive_showsTheWholeTree() throws Exception {
    String text = kubectl(0, "", "explain", "deploy", "--recursive");
    assertTrue(
        text.contains("GROUP:      apps") && text.contains("terminationGracePeriodSeconds"), text);
  }

  @Test
  void explain_openApiV2_readsTheProtobufDocument() throws Exception {
    String text = kubectl(0, "", "explain", "pods.spec.containers", "--output=plaintext-openapiv2");
    assertTrue(
        text.contains("FIELD:    containers <[]Container>") || text.contains("containers <[]"),
        text);
  }

  @Test
  void apiResources_wide_listsShortNamesAndCategories() throws Exception {
    String text = kubectl(0, "", "api-resources", "-o", "wide");
    assertTrue(text.contains("deploy") && text.contains("apps/v1") && text.contains("all"), text);
  }

  @Test
  void create_dryRunClient_passesAndParsesTheProtobufDocument() throws Exception {
    String pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c, image: i}]}\n";
    assertTrue(
        kubectl(0, pod, "create", "-f", "-", "--dry-run=client", "--validate=true")
            .contains("pod/x created"));
  }
}

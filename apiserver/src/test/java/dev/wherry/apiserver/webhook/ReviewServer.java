package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.http.EdgeFixture;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.http.HttpLimits;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** A server of reviews over TLS, and the kubeconfig that leads to it with the token "mine". */
public final class ReviewServer implements AutoCloseable {
  private final EdgeFixture edge;
  private final Path kubeconfig;
  private final Function<JsonNode, Answer> judge;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Bodies and tokens as they came. */
  private final List<JsonNode> seen = new CopyOnWriteArrayList<>();

  private final List<String> authorizations = new CopyOnWriteArrayList<>();

  /** An answer; the body is JSON. */
  public record Answer(int code, String body) {}

  /**
   * @param folder of its own
   * @param judge on threads of the server; may take its time
   */
  public ReviewServer(Path folder, Function<JsonNode, Answer> judge) throws Exception {
    this.judge = judge;
    edge = new EdgeFixture(folder, HttpLimits.defaults(), this::serve);
    byte[] authority = edge.pki().authority().certificatePem().getBytes(StandardCharsets.UTF_8);
    kubeconfig =
        Files.writeString(
            folder.resolve("webhook.yaml"),
            """
            apiVersion: v1
            kind: Config
            current-context: it
            contexts: [{name: it, context: {cluster: there, user: me}}]
            clusters:
            - name: there
              cluster: {server: "%s", certificate-authority-data: %s}
            users: [{name: me, user: {token: mine}}]
            """
                .formatted(edge.uri("/review"), Base64.getEncoder().encodeToString(authority)));
  }

  private void serve(Exchange exchange) {
    authorizations.add(exchange.header("Authorization"));
    JsonNode review = Json.parse(exchange.body());
    seen.add(review);
    Answer answer = judge.apply(review);
    exchange.respond(
        answer.code(), "application/json", answer.body().getBytes(StandardCharsets.UTF_8));
  }

  public Path kubeconfig() {
    return kubeconfig;
  }

  public List<JsonNode> seen() {
    return seen;
  }

  /** What the callers showed. */
  public List<String> authorizations() {
    return authorizations;
  }

  /** May be called again. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      edge.close();
    }
  }
}

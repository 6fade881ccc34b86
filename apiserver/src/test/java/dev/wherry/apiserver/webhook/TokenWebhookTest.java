package dev.wherry.apiserver.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.authn.Authenticator.Outcome;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.http.EdgeFixture;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server over TLS that knows one token. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokenWebhookTest {
  private static final String AUDIENCE = "https://kubernetes.default.svc.cluster.local";

  @TempDir Path folder;
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private EdgeFixture reviewer;
  private boolean stopped;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    reviewer = new EdgeFixture(folder.resolve("reviewer"), EdgeFixture.limits(), this::review);
    byte[] authority = reviewer.pki().authority().certificatePem().getBytes(StandardCharsets.UTF_8);
    file =
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
                .formatted(reviewer.uri("/review"), Base64.getEncoder().encodeToString(authority)));
  }

  @AfterEach
  void stop() {
    if (!stopped) {
      stopped = true;
      reviewer.close();
    }
  }

  private void review(Exchange exchange) {
    asked.incrementAndGet();
    assertEquals("Bearer mine", exchange.header("Authorization"));
    JsonNode review = Json.parse(exchange.body());
    assertEquals(AUDIENCE, review.at("/spec/audiences/0").asText());
    String answer =
        switch (review.at("/spec/token").asText()) {
          case "good" ->
              "{\"status\":{\"authenticated\":true,\"user\":{\"username\":\"jane\","
                  + "\"groups\":[\"devs\"],\"extra\":{\"a\":[\"b\"]}}}}";
          case "other" ->
              "{\"status\":{\"authenticated\":true,\"audiences\":[\"x\"],"
                  + "\"user\":{\"username\":\"jane\"}}}";
          default -> "{\"status\":{\"authenticated\":false}}";
        };
    int code = review.at("/spec/token").asText().equals("broken") ? 500 : 200;
    exchange.respond(code, "application/json", answer.getBytes(StandardCharsets.UTF_8));
  }

  private static Credentials bearer(String token) {
    return new Credentials(List.of(), Optional.of(token));
  }

  @Test
  void authenticate_asksOnceInTwoMinutes() {
    try (TokenWebhook webhook = TokenWebhook.open(file, List.of(AUDIENCE), now::get)) {
      Outcome.Known known =
          assertInstanceOf(Outcome.Known.class, webhook.authenticate(bearer("good")));
      assertEquals("jane", known.user().name());
      assertEquals(List.of("devs", UserInfo.AUTHENTICATED), known.user().groups());
      assertEquals(List.of("b"), known.user().extra().get("a"));
      webhook.authenticate(bearer("good"));
      assertEquals(1, asked.get());
      now.updateAndGet(at -> at.plus(Duration.ofMinutes(2)));
      webhook.authenticate(bearer("good"));
      assertEquals(2, asked.get());

      assertInstanceOf(Outcome.NotMine.class, webhook.authenticate(bearer("bad")));
      assertInstanceOf(Outcome.Refused.class, webhook.authenticate(bearer("other")));
      assertInstanceOf(Outcome.Refused.class, webhook.authenticate(bearer("broken")));
      assertInstanceOf(Outcome.NotMine.class, webhook.authenticate(Credentials.NONE));
      stop();
      now.updateAndGet(at -> at.plus(Duration.ofMinutes(2)));
      assertInstanceOf(Outcome.Refused.class, webhook.authenticate(bearer("good")));
    }
  }

  @Test
  void server_withAWebhook_reviewsTokensByIt() throws Exception {
    try (ServerFixture server =
        ServerFixture.start(folder, ProtectionConfig.NONE.withTokenWebhook(file))) {
      ServerFixture.Answer answer =
          server.post(
              "/apis/authentication.k8s.io/v1/tokenreviews",
              "{apiVersion: authentication.k8s.io/v1, kind: TokenReview, spec: {token: good}}");
      assertEquals("jane", answer.json().at("/status/user/username").asText(), answer.text());
    }
  }

  @Test
  void file_thatLeadsNowhere_isRefused() throws Exception {
    Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "current-context: none");
    assertThrows(
        ConfigException.class, () -> TokenWebhook.open(wrong, List.of(AUDIENCE), now::get));
  }
}

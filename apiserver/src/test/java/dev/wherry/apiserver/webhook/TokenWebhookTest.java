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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private ReviewServer reviewer;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    reviewer = new ReviewServer(folder.resolve("reviewer"), TokenWebhookTest::review);
    file = reviewer.kubeconfig();
  }

  @AfterEach
  void stop() {
    reviewer.close();
  }

  private static ReviewServer.Answer review(JsonNode review) {
    assertEquals(AUDIENCE, review.at("/spec/audiences/0").asText());
    String token = review.at("/spec/token").asText();
    String answer =
        switch (token) {
          case "good" ->
              "{\"status\":{\"authenticated\":true,\"user\":{\"username\":\"jane\","
                  + "\"groups\":[\"devs\"],\"extra\":{\"a\":[\"b\"]}}}}";
          case "other" ->
              "{\"status\":{\"authenticated\":true,\"audiences\":[\"x\"],"
                  + "\"user\":{\"username\":\"jane\"}}}";
          default -> "{\"status\":{\"authenticated\":false}}";
        };
    return new ReviewServer.Answer(token.equals("broken") ? 500 : 200, answer);
  }

  private TokenWebhook open(Path kubeconfig) {
    return TokenWebhook.open(kubeconfig, List.of(AUDIENCE), now::get, Duration.ofMillis(1));
  }

  private static Credentials bearer(String token) {
    return new Credentials(List.of(), Optional.of(token));
  }

  @Test
  void authenticate_asksOnceInTwoMinutes() {
    try (TokenWebhook webhook = open(file)) {
      Outcome.Known known =
          assertInstanceOf(Outcome.Known.class, webhook.authenticate(bearer("good")));
      assertEquals("jane", known.user().name());
      assertEquals(List.of("devs", UserInfo.AUTHENTICATED), known.user().groups());
      assertEquals(List.of("b"), known.user().extra().get("a"));
      webhook.authenticate(bearer("good"));
      assertEquals(List.of("Bearer mine"), reviewer.authorizations());
      now.updateAndGet(at -> at.plus(Duration.ofMinutes(2)));
      webhook.authenticate(bearer("good"));
      assertEquals(2, reviewer.seen().size());

      assertInstanceOf(Outcome.NotMine.class, webhook.authenticate(bearer("bad")));
      assertInstanceOf(Outcome.Refused.class, webhook.authenticate(bearer("other")));
      assertInstanceOf(Outcome.Refused.class, webhook.authenticate(bearer("broken")));
      // A server that is broken is asked five times.
      assertEquals(9, reviewer.seen().size());
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
    assertThrows(ConfigException.class, () -> open(wrong));
  }
}

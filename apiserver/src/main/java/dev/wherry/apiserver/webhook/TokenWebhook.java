package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks another server about bearer tokens that nobody here knows, by TokenReview (apiserver
 * plugin/pkg/authenticator/token/webhook). A token that held is not asked for again for two
 * minutes.
 */
public final class TokenWebhook implements Authenticator, AutoCloseable {
  /** Upstream's --authentication-token-webhook-cache-ttl. */
  private static final Duration REMEMBERED = Duration.ofMinutes(2);

  private static final int REMEMBERED_MAX = 4_096;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final int TOKEN_CHARS_MAX = 64 * 1024;

  private final WebhookKubeconfig config;
  private final List<String> audiences;
  private final InstantSource clock;
  private final HttpClient client;
  private final ConcurrentHashMap<String, Held> held = new ConcurrentHashMap<>();

  /** A token's user, and until when nobody is asked. */
  private record Held(UserInfo user, Instant until) {}

  private TokenWebhook(WebhookKubeconfig config, List<String> audiences, InstantSource clock) {
    this.config = config;
    this.audiences = List.copyOf(audiences);
    this.clock = clock;
    this.client = HttpClient.newBuilder().sslContext(config.tls()).connectTimeout(TIMEOUT).build();
  }

  /**
   * Reads where the webhook is.
   *
   * @param file a kubeconfig
   * @param audiences what this server answers to
   * @throws ConfigException when the file leads nowhere
   */
  public static TokenWebhook open(Path file, List<String> audiences, InstantSource clock) {
    return new TokenWebhook(WebhookKubeconfig.read(file), audiences, clock);
  }

  @Override
  public Outcome authenticate(Credentials credentials) {
    return credentials
        .bearerToken()
        .filter(token -> token.length() <= TOKEN_CHARS_MAX)
        .map(this::judge)
        .orElseGet(Outcome.NotMine::new);
  }

  private Outcome judge(String token) {
    Held known = held.get(token);
    if (known != null && clock.instant().isBefore(known.until())) {
      return new Outcome.Known(known.user());
    }
    try {
      Outcome outcome = outcome(ask(token));
      if (outcome instanceof Outcome.Known(UserInfo user)) {
        if (held.size() >= REMEMBERED_MAX) {
          held.clear();
        }
        held.put(token, new Held(user, clock.instant().plus(REMEMBERED)));
      }
      return outcome;
    } catch (IOException | DecodeException e) {
      return new Outcome.Refused("the token webhook fails: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Refused("interrupted");
    }
  }

  private JsonNode ask(String token) throws IOException, InterruptedException {
    ObjectNode review =
        Json.object().put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenReview");
    ObjectNode spec = review.putObject("spec").put("token", token);
    audiences.forEach(spec.putArray("audiences")::add);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(config.server())
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(review)));
    if (!config.token().isEmpty()) {
      request.header("Authorization", "Bearer " + config.token());
    }
    HttpResponse<byte[]> answer =
        client.send(
            request.build(),
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
    if (answer.statusCode() / 100 != 2) {
      throw new IOException("it answered " + answer.statusCode());
    }
    return Json.parse(answer.body()).path("status");
  }

  private Outcome outcome(JsonNode status) {
    if (!status.path("authenticated").asBoolean()) {
      return new Outcome.NotMine();
    }
    List<String> shared = Trees.texts(status, "audiences");
    if (!shared.isEmpty() && shared.stream().noneMatch(audiences::contains)) {
      return new Outcome.Refused("the audience is not ours");
    }
    JsonNode user = status.path("user");
    Map<String, List<String>> extra = new LinkedHashMap<>();
    user.path("extra")
        .properties()
        .forEach(e ->
            extra.put(
                e.getKey().toLowerCase(Locale.ROOT), Trees.texts(user.path("extra"), e.getKey())));
    return new Outcome.Known(
        new UserInfo(
                Trees.text(user, "username"),
                Trees.text(user, "uid"),
                Trees.texts(user, "groups"),
                extra)
            .authenticated());
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}

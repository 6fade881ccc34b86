package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.json.Json;
import java.io.IOException;
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
  private static final int TOKEN_CHARS_MAX = 64 * 1024;

  private final KubeconfigWebhook webhook;
  private final List<String> audiences;
  private final InstantSource clock;
  private final ConcurrentHashMap<String, Held> held = new ConcurrentHashMap<>();

  /** A token's user, and until when nobody is asked. */
  private record Held(UserInfo user, Instant until) {}

  private TokenWebhook(KubeconfigWebhook webhook, List<String> audiences, InstantSource clock) {
    this.webhook = webhook;
    this.audiences = List.copyOf(audiences);
    this.clock = clock;
  }

  /**
   * Reads where the webhook is.
   *
   * @param file a kubeconfig
   * @param audiences what this server answers to
   * @param firstPause before it is asked again when it failed
   * @throws ConfigException when the file leads nowhere
   */
  public static TokenWebhook open(
      Path file, List<String> audiences, InstantSource clock, Duration firstPause) {
    return new TokenWebhook(KubeconfigWebhook.open(file, firstPause), audiences, clock);
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
    } catch (IOException e) {
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
    return webhook.post(review, TIMEOUT).path("status");
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
    webhook.close();
  }
}

package dev.wherry.apiserver.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cel.CelBudget;
import dev.wherry.apiserver.cel.CelValues;
import dev.wherry.apiserver.token.SignedToken;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tokens of one issuer: signature, issuer, audience, times, claim rules, mapping, user rules
 * (apiserver plugin/pkg/authenticator/token/oidc). A token that held is not judged again for ten
 * seconds, as upstream's token cache has it.
 */
final class JwtAuthenticator implements Authenticator, AutoCloseable {
  private static final Duration NOT_BEFORE_LEEWAY = Duration.ofMinutes(5);
  private static final Duration REMEMBERED = Duration.ofSeconds(10);
  private static final int REMEMBERED_MAX = 4_096;

  private final IssuerConfig config;
  private final InstantSource clock;
  private final IssuerKeys keys;
  private final ConcurrentHashMap<String, Held> held = new ConcurrentHashMap<>();

  /** A token's user, and until when nothing needs to be judged. */
  private record Held(UserInfo user, Instant until) {}

  JwtAuthenticator(IssuerConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    this.keys = new IssuerKeys(config, clock, IssuerKeys.FAILED_PAUSE);
  }

  /** One for each issuer of a configuration; they begin to fetch keys. */
  static List<JwtAuthenticator> of(AuthenticationConfig config, InstantSource clock) {
    return config.issuers().stream().map(issuer -> new JwtAuthenticator(issuer, clock)).toList();
  }

  @Override
  public Outcome authenticate(Credentials credentials) {
    return credentials.bearerToken().map(this::judge).orElseGet(Outcome.NotMine::new);
  }

  private Outcome judge(String text) {
    Held known = held.get(text);
    if (known != null && clock.instant().isBefore(known.until())) {
      return new Outcome.Known(known.user());
    }
    Optional<SignedToken> token = SignedToken.parse(text);
    if (token.isEmpty() || !Trees.text(token.get().claims(), "iss").equals(config.url())) {
      return new Outcome.NotMine();
    }
    ObjectNode claims = token.get().claims();
    Optional<String> fault = timeFault(claims).or(() -> audienceFault(claims));
    if (fault.isPresent()) {
      return new Outcome.Refused(fault.get());
    }
    if (!keys.signed(token.get())) {
      return new Outcome.Refused("the signature is not of issuer " + config.url());
    }
    Outcome outcome = user(claims);
    if (outcome instanceof Outcome.Known(UserInfo user)) {
      remember(text, user, claims);
    }
    return outcome;
  }

  private void remember(String token, UserInfo user, JsonNode claims) {
    if (held.size() >= REMEMBERED_MAX) {
      held.clear();
    }
    Instant until = clock.instant().plus(REMEMBERED);
    Instant end = Instant.ofEpochSecond(claims.path("exp").asLong());
    held.put(token, new Held(user, until.isBefore(end) ? until : end));
  }

  private Optional<String> timeFault(JsonNode claims) {
    Instant now = clock.instant();
    if (!claims.path("exp").isNumber()
        || !now.isBefore(Instant.ofEpochSecond(claims.path("exp").asLong()))) {
      return Optional.of("the token expired, or never would");
    }
    boolean early =
        now.plus(NOT_BEFORE_LEEWAY).isBefore(Instant.ofEpochSecond(claims.path("nbf").asLong(0)));
    return early ? Optional.of("the token is not valid yet") : Optional.empty();
  }

  private Optional<String> audienceFault(JsonNode claims) {
    JsonNode audience = claims.path("aud");
    List<String> all =
        audience.isTextual() ? List.of(audience.textValue()) : Trees.texts(claims, "aud");
    return all.stream().anyMatch(config.audiences()::contains)
        ? Optional.empty()
        : Optional.of("the audience is not ours");
  }

  private Outcome user(ObjectNode claims) {
    CelBudget budget = new CelBudget();
    Object value = CelValues.dynamic(claims);
    for (ClaimRule rule : config.claimRules()) {
      Optional<String> fault = rule.fault(claims, value, budget);
      if (fault.isPresent()) {
        return new Outcome.Refused(fault.get());
      }
    }
    return switch (config.mappings().map(claims, value, budget)) {
      case ClaimMappings.Mapped.Fault(String reason) -> new Outcome.Refused(reason);
      case ClaimMappings.Mapped.User(UserInfo user) -> checked(user, budget);
    };
  }

  private Outcome checked(UserInfo user, CelBudget budget) {
    Object value = CelValues.dynamic(asJson(user));
    for (ExpressionRule rule : config.userRules()) {
      Optional<String> fault = rule.fault(value, budget);
      if (fault.isPresent()) {
        return new Outcome.Refused(fault.get());
      }
    }
    return new Outcome.Known(user.authenticated());
  }

  /** As rules see a user: every field is there. */
  private static ObjectNode asJson(UserInfo user) {
    ObjectNode json = Json.object().put("username", user.name()).put("uid", user.uid());
    user.groups().forEach(json.putArray("groups")::add);
    ObjectNode extra = json.putObject("extra");
    user.extra().forEach((key, values) -> values.forEach(extra.putArray(key)::add));
    return json;
  }

  String url() {
    return config.url();
  }

  /** Whether the issuer's keys are here, or come within a time. */
  boolean awaitKeys(Duration time) {
    return keys.await(time);
  }

  @Override
  public void close() {
    keys.close();
  }
}

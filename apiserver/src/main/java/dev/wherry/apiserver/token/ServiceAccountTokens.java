package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies service account tokens: signature, issuer, audience, times, and that the service account
 * and the bound pod, secret or node still exist with the uid in the token.
 */
public final class ServiceAccountTokens implements Authenticator {
  private static final Duration NOT_BEFORE_LEEWAY = Duration.ofSeconds(60);

  /** How long a pod's token still works while the pod terminates past its grace period. */
  private static final Duration DELETED_LEEWAY = Duration.ofSeconds(60);

  private static final String EXTRA = "authentication.kubernetes.io/";

  private final TokenConfig config;
  private final Map<String, PublicKey> keys = new LinkedHashMap<>();
  private final ObjectView view;
  private final InstantSource clock;
  private final VerifiedSignatures verified = new VerifiedSignatures();

  /** Accepts tokens signed by any of {@code keys}. */
  public ServiceAccountTokens(
      TokenConfig config, List<PublicKey> keys, ObjectView view, InstantSource clock) {
    this.config = config;
    keys.forEach(key -> this.keys.put(Jwt.keyId(key), key));
    this.view = view;
    this.clock = clock;
  }

  @Override
  public Outcome authenticate(Credentials credentials) {
    return credentials
        .bearerToken()
        .map(token -> authenticate(token, config.audiences()).outcome())
        .orElseGet(Outcome.NotMine::new);
  }

  /** An outcome, and which of the wanted audiences the token has. */
  public record Judged(Outcome outcome, List<String> audiences) {}

  /** Verifies a token for somebody who answers to {@code audiences}. */
  public Judged authenticate(String token, List<String> audiences) {
    Optional<SignedToken> parsed = Jwt.parse(token);
    if (parsed.isEmpty() || !isOurs(parsed.get().claims())) {
      return new Judged(new Outcome.NotMine(), List.of());
    }
    ObjectNode claims = parsed.get().claims();
    List<String> shared = new ArrayList<>(audiencesOf(claims));
    shared.retainAll(audiences);
    Optional<String> fault =
        verified
            .check(token, () -> isSigned(parsed.get()))
            .or(() -> timeFault(claims))
            .or(() -> shared.isEmpty() ? Optional.of("the audience is not ours") : Optional.empty())
            .or(() -> boundFault(claims));
    return new Judged(
        fault.<Outcome>map(Outcome.Refused::new).orElseGet(() -> new Outcome.Known(user(claims))),
        List.copyOf(shared));
  }

  private boolean isOurs(JsonNode claims) {
    return Trees.text(claims, "iss").equals(config.issuer());
  }

  private boolean isSigned(SignedToken token) {
    PublicKey key = keys.get(token.keyId());
    return key != null && token.isSignedBy(key);
  }

  private Optional<String> timeFault(JsonNode claims) {
    Instant now = clock.instant();
    long expires = claims.path("exp").asLong(0);
    if (!now.isBefore(Instant.ofEpochSecond(expires))) {
      return Optional.of("the token expired");
    }
    Instant start = Instant.ofEpochSecond(claims.path("nbf").asLong(0));
    return now.plus(NOT_BEFORE_LEEWAY).isBefore(start)
        ? Optional.of("the token is not valid yet")
        : Optional.empty();
  }

  private Optional<String> boundFault(JsonNode claims) {
    JsonNode facts = claims.path("kubernetes.io");
    String namespace = Trees.text(facts, "namespace");
    String subject = Trees.text(claims, "sub");
    JsonNode account = facts.path("serviceaccount");
    String name = Trees.text(account, "name");
    if (!subject.equals(UserInfo.serviceAccountName(namespace, name))) {
      return Optional.of("subject and service account differ");
    }
    return missing(Resource.SERVICE_ACCOUNTS, namespace, account)
        .or(() -> missing(Resource.SECRETS, namespace, facts.path("secret")))
        .or(() -> missing(Resource.PODS, namespace, facts.path("pod")))
        .or(() -> missingNode(facts));
  }

  private Optional<String> missingNode(JsonNode facts) {
    // For a pod's token the node is only information: the pod's own life decides.
    return facts.has("pod") ? Optional.empty() : missing(Resource.NODES, "", facts.path("node"));
  }

  private Optional<String> missing(Resource resource, String namespace, JsonNode named) {
    if (!named.isObject()) {
      return Optional.empty();
    }
    String name = Trees.text(named, "name");
    Optional<ObjectNode> found = view.get(resource, namespace, name);
    if (found.isEmpty() || !Trees.uid(found.get()).equals(Trees.text(named, "uid"))) {
      return Optional.of(resource + " " + namespace + "/" + name + " is gone");
    }
    return isLongDeleted(found.get())
        ? Optional.of(resource + " " + namespace + "/" + name + " is being deleted")
        : Optional.empty();
  }

  private boolean isLongDeleted(JsonNode object) {
    String deletion = Trees.text(object, "metadata", "deletionTimestamp");
    if (deletion.isEmpty()) {
      return false;
    }
    try {
      Instant end = OffsetDateTime.parse(deletion).toInstant().plus(DELETED_LEEWAY);
      return clock.instant().isAfter(end);
    } catch (DateTimeParseException _) {
      return true;
    }
  }

  private static UserInfo user(JsonNode claims) {
    JsonNode facts = claims.path("kubernetes.io");
    String namespace = Trees.text(facts, "namespace");
    Map<String, List<String>> extra = new LinkedHashMap<>();
    String id = Trees.text(claims, "jti");
    if (!id.isEmpty()) {
      extra.put(EXTRA + "credential-id", List.of("JTI=" + id));
    }
    for (String bound : List.of("node", "pod")) {
      JsonNode named = facts.path(bound);
      if (named.isObject()) {
        extra.put(EXTRA + bound + "-name", List.of(Trees.text(named, "name")));
        extra.put(EXTRA + bound + "-uid", List.of(Trees.text(named, "uid")));
      }
    }
    return new UserInfo(
            Trees.text(claims, "sub"),
            Trees.text(facts, "serviceaccount", "uid"),
            UserInfo.serviceAccountGroups(namespace),
            extra)
        .authenticated();
  }

  private static List<String> audiencesOf(JsonNode claims) {
    JsonNode audience = claims.path("aud");
    return audience.isTextual() ? List.of(audience.textValue()) : Trees.texts(claims, "aud");
  }
}

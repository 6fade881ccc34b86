package dev.wherry.kubelet.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.time.TimedCache;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom bearer tokens stand for, by the API server's word (TokenReview), which holds for two minutes
 * (KubeletConfiguration, authentication.webhook). What is kept names a token by its hash.
 */
final class Tokens {
  private static final System.Logger LOG = System.getLogger(Tokens.class.getName());
  private static final String PATH = "/apis/authentication.k8s.io/v1/tokenreviews";
  private static final String SCHEME = "bearer ";
  private static final Duration HOLDS = Duration.ofMinutes(2);
  private static final int TOKENS_MAX = 1_024;

  private final Reviews api;
  private final TimedCache<String, Optional<Caller>> known;

  Tokens(Reviews api, InstantSource clock) {
    this.api = api;
    this.known = new TimedCache<>(clock, TOKENS_MAX);
  }

  /**
   * Who shows this header. Blocking.
   *
   * @param authorization the header's value, "" for none
   * @return empty for nobody, and where the API server does not say
   */
  Optional<Caller> caller(String authorization) {
    String header = authorization.strip();
    if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String token = header.substring(SCHEME.length()).strip();
    if (token.isEmpty()) {
      return Optional.empty();
    }
    String name = hash(token);
    Optional<Optional<Caller>> before = known.get(name);
    if (before.isPresent()) {
      return before.get();
    }
    try {
      Optional<Caller> caller = review(token);
      known.put(name, caller, HOLDS);
      return caller;
    } catch (ApiException e) {
      LOG.log(Level.WARNING, "token review failed: {0}", e.text());
      return Optional.empty();
    }
  }

  private Optional<Caller> review(String token) {
    ObjectNode review = Json.object();
    review.put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenReview");
    review.putObject("spec").put("token", token);
    JsonNode status = api.ask(PATH, review).path("status");
    if (!status.path("authenticated").asBoolean(false)) {
      return Optional.empty();
    }
    JsonNode user = status.path("user");
    Map<String, List<String>> extra = new HashMap<>();
    user.path("extra").properties().forEach(e -> extra.put(e.getKey(), texts(e.getValue())));
    return Optional.of(
        new Caller(
            user.path("username").asText(),
            user.path("uid").asText(""),
            texts(user.path("groups")),
            extra));
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static String hash(String token) {
    try {
      byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}

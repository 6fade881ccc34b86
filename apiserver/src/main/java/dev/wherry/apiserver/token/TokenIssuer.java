package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes bound service account tokens. */
public final class TokenIssuer {
  private static final long VARIANT_AND_VERSION_BITS = 0x4000L;

  private final TokenConfig config;
  private final KeyPair keys;
  private final String keyId;
  private final InstantSource clock;
  private final SecureRandom random;

  /** Signs with the private half of {@code keys}. */
  public TokenIssuer(TokenConfig config, KeyPair keys, InstantSource clock, SecureRandom random) {
    this.config = config;
    this.keys = keys;
    this.keyId = Jwt.keyId(keys.getPublic());
    this.clock = clock;
    this.random = random;
  }

  /** An object a token names: its name and uid. */
  public record Named(String name, String uid) {}

  /**
   * What a token says.
   *
   * @param namespace of the service account
   * @param account the service account
   * @param pod the pod it is bound to
   * @param secret the secret it is bound to
   * @param node the node it is bound to, or the node of the pod
   * @param audiences who may accept it
   * @param lifetime how long it is valid
   * @param warnAfter after this time a use is worth a warning; for tokens made to live longer than
   *     asked
   */
  public record Grant(
      String namespace,
      Named account,
      Optional<Named> pod,
      Optional<Named> secret,
      Optional<Named> node,
      List<String> audiences,
      Duration lifetime,
      Optional<Duration> warnAfter) {}

  /** A signed token. */
  public String issue(Grant grant) {
    Instant now = clock.instant();
    ObjectNode claims = Json.object();
    grant.audiences().forEach(claims.putArray("aud")::add);
    claims.put("exp", now.plus(grant.lifetime()).getEpochSecond());
    claims.put("iat", now.getEpochSecond());
    claims.put("iss", config.issuer());
    claims.put("jti", newId());
    ObjectNode facts = claims.putObject("kubernetes.io");
    facts.put("namespace", grant.namespace());
    grant.node().ifPresent(node -> put(facts, "node", node));
    grant.pod().ifPresent(pod -> put(facts, "pod", pod));
    grant.secret().ifPresent(secret -> put(facts, "secret", secret));
    put(facts, "serviceaccount", grant.account());
    grant.warnAfter().ifPresent(after -> facts.put("warnafter", now.plus(after).getEpochSecond()));
    claims.put("nbf", now.getEpochSecond());
    claims.put("sub", "system:serviceaccount:" + grant.namespace() + ":" + grant.account().name());
    return Jwt.sign(claims, keyId, keys.getPrivate());
  }

  private static void put(ObjectNode facts, String field, Named object) {
    facts.putObject(field).put("name", object.name()).put("uid", object.uid());
  }

  private String newId() {
    long high = (random.nextLong() & ~0xF000L) | VARIANT_AND_VERSION_BITS;
    long low = (random.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(high, low).toString();
  }
}

package dev.wherry.cli;

import dev.wherry.kubelet.identity.JoinToken;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.model.Bytes;
import dev.wherry.model.Times;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bootstrap tokens as Secrets of kube-system (upstream: "Authenticating with Bootstrap Tokens"), so
 * that kubeadm's and anybody's tools see the same ones.
 *
 * @param authorityHash the CA's fingerprint, which a join token pins
 */
record JoinTokens(ApiClient api, String authorityHash, InstantSource clock, SecureRandom random) {
  private static final String NAMESPACE = "kube-system";
  private static final String NAME_PREFIX = "bootstrap-token-";
  private static final String TYPE = "bootstrap.kubernetes.io/token";
  private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int ID_CHARS = 6;
  private static final int SECRET_CHARS = 16;
  private static final String YES = "true";

  /**
   * A token as it is listed, without its secret.
   *
   * @param expires empty for a token that stays until it is deleted
   */
  record Listed(String id, Optional<Instant> expires, String description) {}

  /** Makes a token that lets nodes join for the given time, or until it is deleted. */
  JoinToken create(Optional<Duration> lifetime, String description) {
    String id = draw(ID_CHARS);
    String secret = draw(SECRET_CHARS);
    Map<String, Bytes> data = new LinkedHashMap<>();
    data.put("token-id", Bytes.ofUtf8(id));
    data.put("token-secret", Bytes.ofUtf8(secret));
    data.put("usage-bootstrap-authentication", Bytes.ofUtf8(YES));
    lifetime.ifPresent(
        life -> data.put("expiration", Bytes.ofUtf8(Times.time(clock.instant().plus(life)))));
    if (!description.isEmpty()) {
      data.put("description", Bytes.ofUtf8(description));
    }
    api.create(
        Secret.KIND,
        Secret.builder()
            .metadata(ObjectMeta.builder().namespace(NAMESPACE).name(NAME_PREFIX + id).build())
            .type(TYPE)
            .data(data)
            .build());
    return new JoinToken(authorityHash, id + "." + secret);
  }

  /** All tokens, sorted by id. */
  List<Listed> list() {
    return api
        .list(Secret.KIND, NAMESPACE, ListOptions.ALL.withFields("type=" + TYPE))
        .items()
        .stream()
        .filter(secret -> secret.metadata().name().startsWith(NAME_PREFIX))
        .map(secret ->
            new Listed(
                secret.metadata().name().substring(NAME_PREFIX.length()),
                expiration(text(secret, "expiration")),
                text(secret, "description")))
        .sorted(Comparator.comparing(Listed::id))
        .toList();
  }

  /** Forgets a token; false when there is none. */
  boolean delete(String id) {
    try {
      api.delete(Secret.KIND, NAMESPACE, NAME_PREFIX + id, DeleteOptions.DEFAULT);
      return true;
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /** The part of a token that is no secret. */
  static String id(JoinToken token) {
    return token.bootstrapToken().substring(0, ID_CHARS);
  }

  private static String text(Secret secret, String key) {
    Bytes value = secret.data().get(key);
    return value == null ? "" : value.utf8();
  }

  private static Optional<Instant> expiration(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.of(Instant.EPOCH);
    }
  }

  private String draw(int chars) {
    StringBuilder text = new StringBuilder(chars);
    for (int i = 0; i < chars; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return text.toString();
  }
}

package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** {@code POST .../serviceaccounts/NAME/token}: the virtual resource TokenRequest. */
public final class TokenRequests {
  private static final Resource TOKEN_REQUEST =
      new Resource("authentication.k8s.io", "tokenrequests");
  private static final long LIFETIME_SECONDS_DEFAULT = 3600;
  private static final long LIFETIME_SECONDS_MIN = 600;
  private static final long LIFETIME_SECONDS_MAX = 1L << 32;

  /**
   * The lifetime kube-api-access volumes ask for. Clients that read the file once would break after
   * it, so such tokens live a year and only warn (upstream:
   * service-account-extend-token-expiration).
   */
  private static final long EXTENDED_WHEN_SECONDS = 3607;

  private static final Duration EXTENDED = Duration.ofDays(365);

  private final TokenConfig config;
  private final TokenIssuer issuer;
  private final ObjectView view;
  private final InstantSource clock;

  /** Looks bound objects up in {@code view}. */
  public TokenRequests(
      TokenConfig config, TokenIssuer issuer, ObjectView view, InstantSource clock) {
    this.config = config;
    this.issuer = issuer;
    this.view = view;
    this.clock = clock;
  }

  /** The pod, secret and node a token is bound to. */
  private record Bound(
      Optional<TokenIssuer.Named> pod,
      Optional<TokenIssuer.Named> secret,
      Optional<TokenIssuer.Named> node) {}

  /**
   * Answers a request for a token.
   *
   * @param body the TokenRequest; filled in and returned
   * @throws ApiException NOT_FOUND, INVALID, BAD_REQUEST or CONFLICT
   */
  public ObjectNode create(String namespace, String name, ObjectNode body) {
    ObjectNode account =
        view.get(Resource.SERVICE_ACCOUNTS, namespace, name)
            .orElseThrow(() -> Refusals.notFound(Resource.SERVICE_ACCOUNTS, name));
    ObjectNode spec = Trees.object(body, "spec");
    long seconds = lifetimeSeconds(name, spec);
    List<String> audiences = Trees.texts(spec, "audiences");
    if (audiences.isEmpty()) {
      audiences = config.audiences();
    }
    Bound bound = bind(namespace, name, spec.path("boundObjectRef"));
    boolean extended =
        bound.pod().isPresent()
            && seconds == EXTENDED_WHEN_SECONDS
            && audiences.equals(config.audiences());
    Duration asked = Duration.ofSeconds(seconds);
    String token =
        issuer.issue(
            new TokenIssuer.Grant(
                namespace,
                new TokenIssuer.Named(name, Trees.uid(account)),
                bound.pod(),
                bound.secret(),
                bound.node(),
                audiences,
                extended ? EXTENDED : asked,
                extended ? Optional.of(asked) : Optional.empty()));
    return answer(namespace, name, body, audiences, seconds, token);
  }

  private ObjectNode answer(
      String namespace,
      String name,
      ObjectNode body,
      List<String> audiences,
      long seconds,
      String token) {
    ObjectNode answer = body.deepCopy();
    answer.put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenRequest");
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    Trees.object(answer, "metadata")
        .put("name", name)
        .put("namespace", namespace)
        .put("creationTimestamp", now);
    ObjectNode spec = Trees.object(answer, "spec");
    audiences.forEach(spec.putArray("audiences")::add);
    spec.put("expirationSeconds", seconds);
    String end = clock.instant().plusSeconds(seconds).truncatedTo(ChronoUnit.SECONDS).toString();
    answer.putObject("status").put("token", token).put("expirationTimestamp", end);
    return answer;
  }

  private long lifetimeSeconds(String name, JsonNode spec) {
    long seconds = spec.path("expirationSeconds").asLong(LIFETIME_SECONDS_DEFAULT);
    if (seconds < LIFETIME_SECONDS_MIN || seconds > LIFETIME_SECONDS_MAX) {
      String why =
          seconds < LIFETIME_SECONDS_MIN
              ? "may not specify a duration less than 10 minutes"
              : "may not specify a duration larger than 2^32 seconds";
      throw Refusals.invalid(
          TOKEN_REQUEST,
          "TokenRequest",
          name,
          "spec.expirationSeconds",
          "Invalid value: " + seconds + ": " + why);
    }
    return Math.min(seconds, config.lifetimeMax().toSeconds());
  }

  private Bound bind(String namespace, String account, JsonNode reference) {
    if (!reference.isObject()) {
      return new Bound(Optional.empty(), Optional.empty(), Optional.empty());
    }
    String kind = Trees.text(reference, "apiVersion") + "/" + Trees.text(reference, "kind");
    return switch (kind) {
      case "v1/Pod" -> bindPod(namespace, account, reference);
      case "v1/Secret" -> {
        ObjectNode secret = find(Resource.SECRETS, namespace, reference);
        yield new Bound(Optional.empty(), Optional.of(named(secret)), Optional.empty());
      }
      case "v1/Node" -> {
        ObjectNode node = find(Resource.NODES, "", reference);
        yield new Bound(Optional.empty(), Optional.empty(), Optional.of(named(node)));
      }
      default ->
          throw ApiException.badRequest(
              "cannot bind token to object of type " + kind.replace('/', ' '));
    };
  }

  private Bound bindPod(String namespace, String account, JsonNode reference) {
    ObjectNode pod = find(Resource.PODS, namespace, reference);
    if (!Trees.text(pod, "spec", "serviceAccountName").equals(account)) {
      throw ApiException.badRequest(
          "cannot bind token for serviceaccount \""
              + account
              + "\" to pod running with different serviceaccount name.");
    }
    String nodeName = Trees.text(pod, "spec", "nodeName");
    Optional<TokenIssuer.Named> node =
        nodeName.isEmpty()
            ? Optional.empty()
            : view.uid(Resource.NODES, "", nodeName)
                .map(uid -> new TokenIssuer.Named(nodeName, uid))
                .or(() -> Optional.of(new TokenIssuer.Named(nodeName, "")));
    return new Bound(Optional.of(named(pod)), Optional.empty(), node);
  }

  private ObjectNode find(Resource resource, String namespace, JsonNode reference) {
    String name = Trees.text(reference, "name");
    ObjectNode object =
        view.get(resource, namespace, name).orElseThrow(() -> Refusals.notFound(resource, name));
    String uid = Trees.text(reference, "uid");
    if (!uid.isEmpty() && !uid.equals(Trees.uid(object))) {
      throw Refusals.conflict(
          resource,
          name,
          "the UID in the bound object reference ("
              + uid
              + ") does not match the UID in record. The object might have been deleted and then"
              + " recreated");
    }
    return object;
  }

  private static TokenIssuer.Named named(JsonNode object) {
    return new TokenIssuer.Named(Trees.name(object), Trees.uid(object));
  }
}

package dev.wherry.apiserver.authz.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.Authorizer.Verdict;
import dev.wherry.apiserver.webhook.ReviewServer;
import dev.wherry.apiserver.webhook.ReviewServer.Answer;
import dev.wherry.model.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** A file with a real webhook over TLS between stand-ins for Node and RBAC. */
final class ChainFixture implements AutoCloseable {
  /** The tests look themselves. */
  private static final Duration NEVER = Duration.ofDays(1);

  private static final Authorizer RBAC =
      request ->
          request.verb().equals("get")
              ? new Verdict.Allowed("by RBAC")
              : new Verdict.NoOpinion("RBAC: no");

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final CountDownLatch released = new CountDownLatch(1);
  private final ReviewServer webhook;
  private final Path file;

  /**
   * @param folder for the file and the webhook's keys
   */
  ChainFixture(Path folder) throws Exception {
    file = folder.resolve("authorization.yaml");
    webhook = new ReviewServer(folder.resolve("webhook"), this::judge);
  }

  Path file() {
    return file;
  }

  ReviewServer webhook() {
    return webhook;
  }

  /** The time that answers are remembered by. */
  void set(Instant time) {
    now.set(time);
  }

  @Override
  public void close() {
    released.countDown();
    webhook.close();
  }

  private Answer judge(JsonNode review) {
    String name = review.at("/spec/resourceAttributes/name").asText();
    return switch (name) {
      case "allowed" -> status(review, true, false, "fine");
      case "denied" -> status(review, false, true, "never");
      case "both" -> status(review, true, true, "");
      case "busy" -> new Answer(500, "{}");
      case "missing" -> new Answer(404, "{}");
      case "other" -> new Answer(200, "{\"status\":{\"allowed\":true}}");
      case "slow" -> {
        await();
        yield status(review, true, false, "");
      }
      default -> status(review, false, false, "unknown");
    };
  }

  private void await() {
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Answer status(JsonNode review, boolean allowed, boolean denied, String reason) {
    ObjectNode answer = Json.object().put("kind", "SubjectAccessReview");
    answer.set("apiVersion", review.path("apiVersion"));
    answer.putObject("status").put("allowed", allowed).put("denied", denied).put("reason", reason);
    return new Answer(200, answer.toString());
  }

  /** Writes a file with Node, the webhook and RBAC; {@code more} are fields of the webhook. */
  Path config(String version, String policy, String more) throws Exception {
    return Files.writeString(
        file,
        """
        apiVersion: apiserver.config.k8s.io/v1
        kind: AuthorizationConfiguration
        authorizers:
        - {type: Node, name: node}
        - type: Webhook
          name: judge.example.com
          webhook:
            timeout: 30s
            authorizedTTL: 60s
            unauthorizedTTL: 10s
            subjectAccessReviewVersion: %s
            matchConditionSubjectAccessReviewVersion: v1
            failurePolicy: %s
            connectionInfo: {type: KubeConfigFile, kubeConfigFile: "%s"}
        %s
        - {type: RBAC, name: rbac}
        """
            .formatted(version, policy, webhook.kubeconfig(), more.indent(4)));
  }

  AuthorizerChain chain() {
    return AuthorizerChain.follow(file, now::get, NEVER, Duration.ofMillis(1));
  }

  /** Completes a chain by stand-ins: Node says nothing, RBAC lets everybody get. */
  static Authorizer over(AuthorizerChain chain) {
    return chain.over(_ -> new Verdict.NoOpinion(""), RBAC);
  }

  /** Jane asks to do something to a deployment. */
  static AccessRequest ask(String verb, String name) {
    UserInfo jane = new UserInfo("jane", "7", List.of("devs"), Map.of("scopes", List.of("a", "b")));
    return AccessRequest.resource(jane, verb, "apps", "deployments", "scale", "ns", name)
        .inVersion("v1");
  }

  static String error(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Allowed _ -> "";
      case Verdict.NoOpinion(_, String error) -> error;
      case Verdict.Denied(_, String error) -> error;
    };
  }
}

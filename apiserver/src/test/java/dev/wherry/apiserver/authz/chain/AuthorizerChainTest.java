package dev.wherry.apiserver.authz.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.Authorizer.Verdict;
import dev.wherry.apiserver.request.Selectors;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Chains with a real webhook over TLS between stand-ins for Node and RBAC. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuthorizerChainTest {
  /** The tests look themselves. */
  private static final Duration NEVER = Duration.ofDays(1);

  private static final Authorizer RBAC =
      request ->
          request.verb().equals("get")
              ? new Verdict.Allowed("by RBAC")
              : new Verdict.NoOpinion("RBAC: no");

  @TempDir Path folder;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final CountDownLatch released = new CountDownLatch(1);
  private ReviewServer webhook;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    webhook = new ReviewServer(folder.resolve("webhook"), this::judge);
    file = folder.resolve("authorization.yaml");
  }

  @AfterEach
  void stop() {
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

  private Path config(String version, String policy, String more) throws Exception {
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

  private AuthorizerChain chain() {
    return AuthorizerChain.follow(file, now::get, NEVER, Duration.ofMillis(1));
  }

  private static Authorizer over(AuthorizerChain chain) {
    return chain.over(_ -> new Verdict.NoOpinion(""), RBAC);
  }

  private static AccessRequest ask(String verb, String name) {
    UserInfo jane = new UserInfo("jane", "7", List.of("devs"), Map.of("scopes", List.of("a", "b")));
    return AccessRequest.resource(jane, verb, "apps", "deployments", "scale", "ns", name)
        .inVersion("v1");
  }

  private static String error(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Allowed _ -> "";
      case Verdict.NoOpinion(_, String error) -> error;
      case Verdict.Denied(_, String error) -> error;
    };
  }

  @Test
  void authorize_inOrder_firstOpinionCounts() throws Exception {
    config("v1", "NoOpinion", "");
    try (AuthorizerChain chain = chain()) {
      Authorizer authorizer = over(chain);
      assertEquals(new Verdict.Allowed("fine"), authorizer.authorize(ask("update", "allowed")));
      assertEquals(new Verdict.Denied("never", ""), authorizer.authorize(ask("get", "denied")));
      assertEquals(new Verdict.Allowed("by RBAC"), authorizer.authorize(ask("get", "x")));
      assertEquals(
          new Verdict.NoOpinion("unknown\nRBAC: no", ""), authorizer.authorize(ask("list", "x")));
      Verdict both = authorizer.authorize(ask("get", "both"));
      assertInstanceOf(Verdict.Denied.class, both);
      assertTrue(error(both).contains("both allow and deny"), error(both));
      assertEquals("Bearer mine", webhook.authorizations().getFirst());
      Map<String, Double> decisions =
          chain.counts().get("apiserver_authorization_decisions_total").samples();
      assertEquals(
          2.0,
          decisions.get("type=\"Webhook\",name=\"judge.example.com\",decision=\"denied\""),
          decisions::toString);
    }
  }

  @Test
  void webhook_isTold_allThatUpstreamTells() throws Exception {
    config("v1beta1", "NoOpinion", "");
    try (AuthorizerChain chain = chain()) {
      AccessRequest request =
          ask("list", "").selecting(Selectors.parse("metadata.name!=a", "app in (x,y),!z"));
      over(chain).authorize(request);
      JsonNode review = webhook.seen().getFirst();
      assertEquals("authorization.k8s.io/v1beta1", review.path("apiVersion").asText());
      assertEquals("devs", review.at("/spec/group/0").asText(), review::toString);
      assertEquals("b", review.at("/spec/extra/scopes/1").asText());
      JsonNode resource = review.at("/spec/resourceAttributes");
      assertEquals("v1", resource.path("version").asText());
      assertEquals("NotIn", resource.at("/fieldSelector/requirements/0/operator").asText());
      assertEquals("y", resource.at("/labelSelector/requirements/0/values/1").asText());
      assertEquals("DoesNotExist", resource.at("/labelSelector/requirements/1/operator").asText());
    }
  }

  @Test
  void answers_areRemembered_asLongAsTheFileSays() throws Exception {
    config("v1", "NoOpinion", "");
    try (AuthorizerChain chain = chain()) {
      Authorizer authorizer = over(chain);
      authorizer.authorize(ask("get", "allowed"));
      authorizer.authorize(ask("get", "denied"));
      now.set(Instant.EPOCH.plusSeconds(9));
      authorizer.authorize(ask("get", "allowed"));
      authorizer.authorize(ask("get", "denied"));
      assertEquals(2, webhook.seen().size());
      now.set(Instant.EPOCH.plusSeconds(10));
      authorizer.authorize(ask("get", "denied"));
      authorizer.authorize(ask("get", "allowed"));
      assertEquals(3, webhook.seen().size());
      authorizer.authorize(ask("get", "n".repeat(10_000)));
      authorizer.authorize(ask("get", "n".repeat(10_000)));
      assertEquals(5, webhook.seen().size());
    }
  }

  @Test
  void failure_meansWhatTheFileSays() throws Exception {
    config("v1", "NoOpinion", "");
    try (AuthorizerChain chain = chain()) {
      Authorizer authorizer = over(chain);
      for (String name : List.of("missing", "other")) {
        assertEquals(new Verdict.Allowed("by RBAC"), authorizer.authorize(ask("get", name)), name);
        Verdict none = authorizer.authorize(ask("list", name));
        assertInstanceOf(Verdict.NoOpinion.class, none);
        assertTrue(error(none).contains("judge.example.com fails"), error(none));
      }
      assertEquals(4, webhook.seen().size());
      authorizer.authorize(ask("get", "busy"));
      assertEquals(9, webhook.seen().size());
      Map<String, Double> open =
          chain
              .counts()
              .get("apiserver_authorization_webhook_evaluations_fail_open_total")
              .samples();
      assertEquals(Map.of("name=\"judge.example.com\",result=\"error\"", 5.0), open);
    }
    config("v1", "Deny", "");
    try (AuthorizerChain chain = chain()) {
      Verdict denied = over(chain).authorize(ask("get", "missing"));
      assertInstanceOf(Verdict.Denied.class, denied);
      assertTrue(error(denied).contains("could not find"), error(denied));
    }
  }

  @Test
  void webhook_thatHangs_isLeftAfterItsTime() throws Exception {
    config("v1", "Deny", "");
    Files.writeString(file, Files.readString(file).replace("30s", "100ms"));
    try (AuthorizerChain chain = chain()) {
      Verdict denied = over(chain).authorize(ask("get", "slow"));
      assertTrue(error(denied).endsWith("it did not answer within 100 ms"), error(denied));
      assertEquals(
          Map.of("name=\"judge.example.com\",result=\"timeout\"", 1.0),
          chain.counts().get("apiserver_authorization_webhook_evaluations_total").samples());
    }
  }

  @Test
  void conditions_chooseWhatIsAsked() throws Exception {
    config(
        "v1",
        "Deny",
        """
        matchConditions:
        - expression: has(request.resourceAttributes)
        - expression: request.resourceAttributes.namespace == 'ns' && !('ops' in request.groups)
        - expression: request.resourceAttributes.name != 'own' || request.extra['none'] == []
        """);
    try (AuthorizerChain chain = chain()) {
      Authorizer authorizer = over(chain);
      UserInfo jane = UserInfo.of("jane");
      assertEquals(
          new Verdict.Allowed("by RBAC"),
          authorizer.authorize(AccessRequest.path(jane, "get", "/version")));
      assertEquals(
          new Verdict.Allowed("by RBAC"),
          authorizer.authorize(AccessRequest.resource(jane, "get", "", "pods", "", "b", "denied")));
      assertEquals(0, webhook.seen().size());
      assertInstanceOf(Verdict.Denied.class, authorizer.authorize(ask("get", "denied")));
      assertEquals(1, webhook.seen().size());
      Verdict failed = authorizer.authorize(ask("get", "own"));
      assertInstanceOf(Verdict.Denied.class, failed);
      assertTrue(error(failed).startsWith("cel evaluation error: expression"), error(failed));
      assertEquals(1, webhook.seen().size());
    }
  }

  @Test
  void file_changes_webhooksCountAndOthersStay() throws Exception {
    config("v1", "NoOpinion", "");
    String with = Files.readString(file);
    String without =
        """
        apiVersion: apiserver.config.k8s.io/v1
        kind: AuthorizationConfiguration
        authorizers: [{type: RBAC, name: rbac}, {type: Node, name: node}]
        """;
    Files.writeString(file, without);
    try (AuthorizerChain chain = chain()) {
      Authorizer authorizer = over(chain);
      assertEquals(new Verdict.Allowed("by RBAC"), authorizer.authorize(ask("get", "denied")));
      Files.writeString(file, with);
      chain.follower().orElseThrow().look();
      assertInstanceOf(Verdict.Denied.class, authorizer.authorize(ask("get", "denied")));
      assertEquals(3, chain.types().size());

      Files.writeString(file, with.replace("- {type: RBAC, name: rbac}", ""));
      chain.follower().orElseThrow().look();
      Files.writeString(file, with.replace("30s", "30 s"));
      chain.follower().orElseThrow().look();
      assertEquals(
          Map.of("status=\"success\"", 1.0, "status=\"failure\"", 2.0),
          chain.follower().orElseThrow().reloads());
      assertInstanceOf(Verdict.Denied.class, authorizer.authorize(ask("get", "denied")));

      Files.writeString(file, without);
      chain.follower().orElseThrow().look();
      assertEquals(new Verdict.Allowed("by RBAC"), authorizer.authorize(ask("get", "denied")));
    }
  }
}

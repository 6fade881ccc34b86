package dev.wherry.apiserver.authz.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.webhook.ReviewServer;
import dev.wherry.model.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server that asks a webhook over TLS. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuthorizationServerTest {
  private static final String PODS = "/api/v1/namespaces/default/pods";

  @TempDir Path folder;

  /** Jane may do everything, Joe nothing, of others it knows nothing. */
  private static ReviewServer.Answer judge(JsonNode review) {
    String user = review.at("/spec/user").asText();
    ObjectNode answer =
        Json.object()
            .put("apiVersion", "authorization.k8s.io/v1")
            .put("kind", "SubjectAccessReview");
    answer
        .putObject("status")
        .put("allowed", user.equals("jane"))
        .put("denied", user.equals("joe"))
        .put("reason", "it is " + user);
    return new ReviewServer.Answer(user.equals("broken") ? 503 : 200, answer.toString());
  }

  @Test
  void requests_areJudgedByTheWebhook_beforeRbac() throws Exception {
    try (ReviewServer webhook =
        new ReviewServer(folder.resolve("webhook"), AuthorizationServerTest::judge)) {
      Path file =
          Files.writeString(
              folder.resolve("authorization.yaml"),
              """
              apiVersion: apiserver.config.k8s.io/v1
              kind: AuthorizationConfiguration
              authorizers:
              - {type: Node, name: node}
              - type: Webhook
                name: judge
                webhook:
                  timeout: 10s
                  subjectAccessReviewVersion: v1
                  matchConditionSubjectAccessReviewVersion: v1
                  failurePolicy: Deny
                  connectionInfo: {type: KubeConfigFile, kubeConfigFile: "%s"}
                  matchConditions: [{expression: "!request.user.startsWith('system:')"}]
              - {type: RBAC, name: rbac}
              """
                  .formatted(webhook.kubeconfig()));
      try (ServerFixture server =
          ServerFixture.start(
              folder.resolve("data"), ProtectionConfig.NONE.withAuthorization(file))) {
        assertEquals(200, server.get(PODS, "Impersonate-User", "jane").code());
        ServerFixture.Answer joe = server.get(PODS, "Impersonate-User", "joe");
        assertEquals(403, joe.code());
        assertTrue(joe.message().endsWith("namespace \"default\": it is joe"), joe.message());
        assertEquals(403, server.get(PODS, "Impersonate-User", "jim").code());
        ServerFixture.Answer broken = server.get(PODS, "Impersonate-User", "broken");
        assertEquals(500, broken.code());
        assertTrue(broken.message().contains("judge fails"), broken.message());
        assertEquals(0, asked(webhook, "system:"));

        reviews(server);
        String metrics = server.get("/metrics").text();
        assertTrue(
            metrics.contains(
                "apiserver_authorization_webhook_evaluations_total{name=\"judge\",result=\"error\"}"),
            metrics);
        assertTrue(
            metrics.contains("apiserver_authorization_config_controller_automatic_reloads_total"),
            metrics);
      }
    }
  }

  private static void reviews(ServerFixture server) {
    ServerFixture.Answer access =
        server.post(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            """
            {apiVersion: authorization.k8s.io/v1, kind: SubjectAccessReview,
             spec: {user: joe, resourceAttributes: {verb: list, resource: pods}}}
            """);
    assertTrue(access.json().at("/status/denied").asBoolean(), access.text());
    assertEquals("it is joe", access.json().at("/status/reason").asText());
    ServerFixture.Answer rules =
        server.post(
            "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
            """
            {apiVersion: authorization.k8s.io/v1, kind: SelfSubjectRulesReview,
             spec: {namespace: default}}
            """);
    assertTrue(rules.json().at("/status/incomplete").asBoolean(), rules.text());
    assertEquals(
        "webhook authorizer does not support user rule resolution",
        rules.json().at("/status/evaluationError").asText());
  }

  private static long asked(ReviewServer webhook, String prefix) {
    return webhook.seen().stream()
        .filter(review -> review.at("/spec/user").asText().startsWith(prefix))
        .count();
  }
}

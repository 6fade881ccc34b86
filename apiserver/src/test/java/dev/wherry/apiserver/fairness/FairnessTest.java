package dev.wherry.apiserver.fairness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As test/e2e/apimachinery/flowcontrol.go looks at it, through a whole server. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FairnessTest {
  private static final String FLOWS = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
  private static final String LEVELS =
      "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations";
  private static final String LEVEL =
      """
      apiVersion: flowcontrol.apiserver.k8s.io/v1
      kind: PriorityLevelConfiguration
      metadata: {name: mine}
      spec:
        type: Limited
        limited:
          nominalConcurrencyShares: 1
          limitResponse: {type: Reject}
      """;
  private static final String SCHEMA =
      """
      apiVersion: flowcontrol.apiserver.k8s.io/v1
      kind: FlowSchema
      metadata: {name: mine}
      spec:
        matchingPrecedence: 1000
        priorityLevelConfiguration: {name: mine}
        distinguisherMethod: {type: ByUser}
        rules:
        - subjects: [{kind: User, user: {name: noxu}}]
          nonResourceRules: [{verbs: ["*"], nonResourceURLs: ["*"]}]
      """;

  @TempDir Path data;
  private ServerFixture server;

  @BeforeEach
  void start() throws Exception {
    server = ServerFixture.start(data);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String uid(ServerFixture.Answer answer) {
    return answer.json().path("metadata").path("uid").asText();
  }

  private ServerFixture.Answer as(String user, String path) {
    return server.get(path, "Impersonate-User", user);
  }

  private void awaitDangling(String status) {
    while (true) {
      for (JsonNode condition :
          server.get(FLOWS + "/mine").json().path("status").path("conditions")) {
        if (condition.path("type").asText().equals("Dangling")
            && condition.path("status").asText().equals(status)) {
          return;
        }
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void request_ofASchema_isToldItsUids() {
    ServerFixture.Answer schema = server.post(FLOWS, SCHEMA);
    assertEquals(201, schema.code(), schema.text());
    awaitDangling("True");
    ServerFixture.Answer level = server.post(LEVELS, LEVEL);
    assertEquals(201, level.code(), level.text());
    awaitDangling("False");

    ServerFixture.Answer answer = as("noxu", "/version");
    while (!answer.header("X-Kubernetes-PF-FlowSchema-UID").equals(uid(schema))) {
      answer = as("noxu", "/version");
    }
    assertEquals(uid(level), answer.header("X-Kubernetes-PF-PriorityLevel-UID"));

    ServerFixture.Answer other = as("foo", "/version");
    assertEquals(
        uid(server.get(FLOWS + "/global-default")), other.header("X-Kubernetes-PF-FlowSchema-UID"));
    ServerFixture.Answer admin = server.get("/api/v1/namespaces?watch=1&timeoutSeconds=1");
    assertEquals(
        uid(server.get(FLOWS + "/exempt")), admin.header("X-Kubernetes-PF-FlowSchema-UID"));
    String metrics = server.get("/metrics").text();
    assertTrue(
        metrics.contains("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"mine\"} 3\n"),
        metrics);
  }

  @Test
  void mandatoryObject_deletedOrChanged_comesBack() {
    String before = uid(server.get(FLOWS + "/catch-all"));
    assertEquals(200, server.delete(FLOWS + "/catch-all").code());
    ServerFixture.Answer again = server.get(FLOWS + "/catch-all");
    while (again.code() != 200) {
      again = server.get(FLOWS + "/catch-all");
    }
    assertFalse(uid(again).equals(before));
    assertEquals(
        422, server.patch("merge", FLOWS + "/exempt", "spec: {matchingPrecedence: 7}").code());
  }

  @Test
  void invalidObjects_areRefused() {
    ServerFixture.Answer level =
        server.post(LEVELS, LEVEL.replace("type: Reject", "type: Queue, queuing: {handSize: 65}"));
    assertEquals(422, level.code(), level.text());
    assertTrue(level.message().contains("should not be greater than queues (64)"), level.text());
    ServerFixture.Answer schema =
        server.post(FLOWS, SCHEMA.replace("matchingPrecedence: 1000", "matchingPrecedence: 1"));
    assertEquals(422, schema.code(), schema.text());
    assertTrue(schema.message().contains("only the schema named 'exempt'"), schema.text());
  }
}

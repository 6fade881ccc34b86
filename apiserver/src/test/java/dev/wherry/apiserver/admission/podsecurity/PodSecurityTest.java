package dev.wherry.apiserver.admission.podsecurity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ServerFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Labels of namespaces at work in a whole server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodSecurityTest {
  private static final String PRIVILEGED =
      "containers: [{name: c, image: i, securityContext: {privileged: true}}]";
  private ServerFixture server;

  @BeforeAll
  void start(@TempDir Path data) throws InterruptedException {
    server = ServerFixture.start(data);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private ServerFixture.Answer namespace(String name, String labels) {
    var answer =
        server.post(
            "/api/v1/namespaces",
            "{apiVersion: v1, kind: Namespace, metadata: {name: %s, labels: {%s}}}"
                .formatted(name, labels));
    server.post("/api/v1/namespaces/" + name + "/serviceaccounts", "{metadata: {name: default}}");
    return answer;
  }

  private ServerFixture.Answer pod(String namespace, String name) {
    return server.post(
        "/api/v1/namespaces/" + namespace + "/pods",
        "{apiVersion: v1, kind: Pod, metadata: {name: %s}, spec: {%s}}"
            .formatted(name, PRIVILEGED));
  }

  @Test
  void create_inBaselineNamespace_isForbidden() {
    namespace("strict", "pod-security.kubernetes.io/enforce: baseline");
    var answer = pod("strict", "p");
    assertEquals(403, answer.code());
    assertEquals(
        "pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": privileged (container"
            + " \"c\" must not set securityContext.privileged=true)",
        answer.message());
    var controller =
        server.post(
            "/apis/apps/v1/namespaces/strict/deployments",
            """
            {apiVersion: apps/v1, kind: Deployment, metadata: {name: d},
             spec: {selector: {matchLabels: {a: b}},
                    template: {metadata: {labels: {a: b}}, spec: {%s}}}}
            """
                .formatted(PRIVILEGED));
    assertEquals(201, controller.code(), controller.text());
    assertTrue(
        controller.header("Warning").contains("would violate PodSecurity"),
        controller.header("Warning"));
  }

  @Test
  void labels_thatMeanNothing_areInvalid() {
    var answer = namespace("odd", "pod-security.kubernetes.io/enforce: some");
    assertEquals(422, answer.code());
    assertEquals(
        "Namespace \"odd\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid"
            + " value: \"some\": must be one of privileged, baseline, restricted",
        answer.message());
  }

  @Test
  void labels_thatComeLater_warnOfWhatIsThere() {
    namespace("later", "a: b");
    assertEquals(201, pod("later", "old").code());
    var answer =
        server.patch(
            "merge",
            "/api/v1/namespaces/later",
            "{metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}}");
    assertEquals(200, answer.code(), answer.text());
    assertTrue(answer.header("Warning").contains("old: privileged"), answer.header("Warning"));
  }
}

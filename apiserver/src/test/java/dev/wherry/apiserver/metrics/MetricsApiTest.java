package dev.wherry.apiserver.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server without kubelets: what is offered, and who takes it over. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MetricsApiTest {
  private static final String SERVICE =
      "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io";

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

  private static boolean lists(JsonNode groups) {
    for (JsonNode group : groups.path("groups")) {
      if (group.path("name").asText().equals(MetricsKinds.GROUP)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void group_isOfferedDescribedAndAvailable() {
    assertTrue(lists(server.get("/apis").json()));
    JsonNode resources = server.get(MetricsKinds.PATH).json().path("resources");
    assertEquals("NodeMetrics", resources.at("/0/kind").asText());
    assertEquals("[\"get\",\"list\"]", resources.at("/1/verbs").toString());
    JsonNode document = server.get("/openapi/v3/apis/metrics.k8s.io/v1beta1").json();
    assertTrue(
        document.path("components").path("schemas").has("io.k8s.metrics.v1beta1.PodMetrics"),
        document.path("components").path("schemas").toString());
    awaitCondition("Local");
  }

  private void awaitCode(int code) {
    while (server.get(MetricsKinds.PATH + "/nodes").code() != code) {
      Thread.onSpinWait();
    }
  }

  private void awaitCondition(String reason) {
    while (!server.get(SERVICE).json().at("/status/conditions/0/reason").asText().equals(reason)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void nodes_withoutKubelets_areAnEmptyListAndATable() {
    JsonNode list = server.get(MetricsKinds.PATH + "/nodes").json();
    assertEquals("NodeMetricsList", list.path("kind").asText());
    assertEquals(0, list.path("items").size());
    ServerFixture.Answer gone = server.get(MetricsKinds.PATH + "/nodes/n9");
    assertEquals(404, gone.code());
    assertEquals("nodes \"n9\" not found", gone.json().path("message").asText());
    assertEquals(405, server.post(MetricsKinds.PATH + "/nodes", "{}").code());
    assertEquals(400, server.get(MetricsKinds.PATH + "/nodes?fieldSelector=spec.x%3D1").code());
  }

  @Test
  void apiService_withAService_takesThePlace() {
    awaitCondition("Local");
    JsonNode service = server.get(SERVICE).json();
    ((com.fasterxml.jackson.databind.node.ObjectNode) service.path("spec"))
        .putObject("service")
        .put("namespace", "kube-system")
        .put("name", "metrics-server");
    assertEquals(200, server.put(SERVICE, service.toString()).code());
    awaitCondition("ServiceNotFound");
    awaitCode(503);
    assertEquals(200, server.delete(SERVICE).code());
    awaitCode(200);
    while (!lists(server.get("/apis").json())) {
      Thread.onSpinWait();
    }
  }
}

package dev.wherry.controllers.autoscaling;

import static dev.wherry.controllers.Fixtures.NOW;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.AutoscalerPace;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wording and figures as users see them; one pod that requests 200m and 512Mi. */
class ProposalsTest {
  private static final Pod POD =
      Pod.KIND.decode(
          Json.parse(
              """
              {"metadata": {"namespace": "default", "name": "p", "labels": {"app": "web"}},
               "spec": {"containers": [{"name": "c", "resources": {
                 "requests": {"cpu": "200m", "memory": "512Mi"}}}]},
               "status": {"phase": "Running", "startTime": "2026-11-20T08:00:00Z",
                 "conditions": [{"type": "Ready", "status": "True",
                                 "lastTransitionTime": "2026-11-20T08:00:00Z"}]}}
              """));

  private static Proposal of(String memory, String metric) {
    FakeApiClient api = new FakeApiClient(new FakeTimer());
    api.answerRaw(
        "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb",
        Json.parse(
            """
            {"items": [{"metadata": {"name": "p"}, "timestamp": "%s", "window": "30s",
              "containers": [{"name": "c", "usage": {"cpu": "100m", "memory": "%s"}}]}]}
            """
                .formatted(NOW, memory)));
    Scale scale = new Scale(1, 1, "app=web");
    ReplicaCount count =
        new ReplicaCount(List.of(POD), 1, new Tolerance(0.1, 0.1), AutoscalerPace.DEFAULT, NOW);
    Labels selector = Labels.ofMap(Map.of("app", "web"));
    return new Proposals(new MetricSources(api), "default", selector, scale, count, _ -> "")
        .of(
            HorizontalPodAutoscaler.KIND
                .decode(Json.parse("{\"spec\": {\"metrics\": [" + metric + "]}}"))
                .spec()
                .metrics()
                .getFirst());
  }

  private static String container(String resource, String name, String target) {
    return """
    {"type": "ContainerResource",
     "containerResource": {"name": "%s", "container": "%s", "target": {%s}}}
    """
        .formatted(resource, name, target);
  }

  @ParameterizedTest
  @CsvSource({"307232Ki, 307232Ki", "300M, 300M", "1000m, 1", "1500m, 1500m"})
  void memory_isSaidAsMetricsServerSaysIt(String use, String said) {
    String metric =
        "{\"type\": \"Resource\", \"resource\": {\"name\": \"memory\","
            + " \"target\": {\"type\": \"AverageValue\", \"averageValue\": \"1Gi\"}}}";
    Proposal.Replicas replicas = assertInstanceOf(Proposal.Replicas.class, of(use, metric));
    assertEquals("memory resource", replicas.metric());
    String average =
        String.valueOf(requireNonNull(replicas.status().resource()).current().averageValue());
    assertEquals(said.equals("300M") ? "300000000" : said, average);
  }

  @Test
  void container_isNamedAsUpstreamNamesIt() {
    String percent = "\"type\": \"Utilization\", \"averageUtilization\": 50";
    Proposal.Replicas replicas =
        assertInstanceOf(Proposal.Replicas.class, of("1Mi", container("cpu", "c", percent)));
    assertEquals("cpu container resource utilization (percentage of request)", replicas.metric());
    Proposal.Failed failed =
        assertInstanceOf(Proposal.Failed.class, of("1Mi", container("cpu", "other", percent)));
    assertEquals("FailedGetContainerResourceMetric", failed.reason());
    assertTrue(
        failed.error().startsWith("failed to get other container metric value: "), failed::error);
  }
}

package dev.wherry.apiserver.conversion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What autoscaling/v1 has of v2, as a kube-apiserver of v1.36.2 answered. */
class AutoscalersTest {
  private static final String PREFIX = "autoscaling.alpha.kubernetes.io/";

  /** The texts of its annotations, byte for byte. */
  private static final Map<String, String> RECORDED =
      Map.of(
          "metrics",
          """
          [{"type":"Object","object":{"target":{"kind":"Service","name":"s","apiVersion":"v1"},\
          "metricName":"m1","targetValue":"1500m"}},\
          {"type":"Object","object":{"target":{"kind":"Service","name":"s"},"metricName":"m2",\
          "targetValue":"0","selector":{"matchLabels":{"a":"x","b":"c"}},"averageValue":"2"}},\
          {"type":"Pods","pods":{"metricName":"p","targetAverageValue":"3"}},\
          {"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}},\
          {"type":"ContainerResource","containerResource":{"name":"cpu",\
          "targetAverageUtilization":60,"container":"c"}},\
          {"type":"External","external":{"metricName":"e","metricSelector":{"matchExpressions":\
          [{"key":"k","operator":"In","values":["v"]}]},"targetValue":"7"}},\
          {"type":"External","external":{"metricName":"e2","targetAverageValue":"8"}}]\
          """,
          "current-metrics",
          """
          [{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":3,\
          "currentAverageValue":"5m"}},\
          {"type":"Object","object":{"target":{"kind":"Service","name":"s"},"metricName":"m2",\
          "currentValue":"0","averageValue":"4"}},\
          {"type":"Pods","pods":{"metricName":"p","currentAverageValue":"9"}},\
          {"type":"External","external":{"metricName":"e2","currentValue":"0",\
          "currentAverageValue":"8"}}]\
          """,
          "behavior",
          """
          {"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":\
          [{"Type":"Pods","Value":4,"PeriodSeconds":15}],"Tolerance":"100m"},\
          "ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Disabled","Policies":\
          [{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null}}\
          """,
          "conditions",
          """
          [{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z",\
          "reason":"R","message":"m"},\
          {"type":"ScalingActive","status":"False","lastTransitionTime":null}]\
          """);

  private static ObjectNode v2() {
    return (ObjectNode)
        Yaml.parse(
                """
                metadata: {name: h}
                spec:
                  maxReplicas: 5
                  scaleTargetRef: {kind: Deployment, name: x}
                  metrics:
                  - {type: Object, object: {describedObject: {kind: Service, apiVersion: v1, name: s},
                     metric: {name: m1}, target: {type: Value, value: 1500m}}}
                  - {type: Object, object: {describedObject: {kind: Service, name: s},
                     metric: {name: m2, selector: {matchLabels: {b: c, a: x}}},
                     target: {type: AverageValue, averageValue: '2'}}}
                  - {type: Pods, pods: {metric: {name: p}, target: {type: AverageValue, averageValue: '3'}}}
                  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 44}}}
                  - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Gi}}}
                  - {type: ContainerResource, containerResource: {name: cpu, container: c,
                     target: {type: Utilization, averageUtilization: 60}}}
                  - {type: External, external: {metric: {name: e, selector: {matchExpressions: [
                     {key: k, operator: In, values: [v]}]}}, target: {type: Value, value: '7'}}}
                  - {type: External, external: {metric: {name: e2}, target: {type: AverageValue, averageValue: '8'}}}
                  behavior:
                    scaleUp: {selectPolicy: Max, stabilizationWindowSeconds: 0, tolerance: 100m,
                      policies: [{type: Pods, value: 4, periodSeconds: 15}]}
                    scaleDown: {selectPolicy: Disabled, policies: [{type: Percent, value: 100, periodSeconds: 15}]}
                status:
                  currentReplicas: 1
                  conditions:
                  - {lastTransitionTime: '2026-01-01T00:00:00Z', type: AbleToScale, status: 'True', reason: R,
                     message: m}
                  - {type: ScalingActive, status: 'False'}
                  currentMetrics:
                  - {type: Resource, resource: {name: cpu, current: {averageUtilization: 3, averageValue: 5m}}}
                  - {type: Object, object: {describedObject: {kind: Service, name: s}, metric: {name: m2},
                     current: {averageValue: '4'}}}
                  - {type: Pods, pods: {metric: {name: p}, current: {averageValue: '9'}}}
                  - {type: External, external: {metric: {name: e2}, current: {averageValue: '8'}}}
                """
                    .getBytes(StandardCharsets.UTF_8))
            .tree();
  }

  @Test
  void toV1_whatItCannotSay_standsInAnnotationsAsUpstreamWritesIt() {
    ObjectNode v1 = Autoscalers.toV1(v2());
    JsonNode annotations = v1.at("/metadata/annotations");
    assertEquals(RECORDED.size(), annotations.size());
    RECORDED.forEach((key, text) -> assertEquals(text, annotations.path(PREFIX + key).asText()));
    assertEquals(44, v1.at("/spec/targetCPUUtilizationPercentage").asInt());
    assertEquals(3, v1.at("/status/currentCPUUtilizationPercentage").asInt());
  }

  @Test
  void toV2_ofThat_isTheSameWithTheProcessorLast() {
    ObjectNode again = Autoscalers.toV2(Autoscalers.toV1(v2()));
    assertFalse(again.path("metadata").has("annotations"));
    JsonNode metrics = again.at("/spec/metrics");
    assertEquals(v2().at("/spec/metrics").size(), metrics.size());
    assertEquals(v2().at("/spec/metrics/3"), metrics.get(metrics.size() - 1));
    for (int i : new int[] {0, 1, 2}) {
      assertEquals(v2().at("/spec/metrics/" + i), metrics.get(i));
    }
    assertEquals(v2().at("/spec/metrics/6"), metrics.get(5));
    assertEquals(v2().at("/spec/behavior"), again.at("/spec/behavior"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense | 1",
        "[{\"type\":5}] | 1",
        "[7] | 1",
        "{} | 1",
        "null | 1",
        "[{\"type\":\"Pods\",\"pods\":{\"metricName\":\"a\",\"targetAverageValue\":\"x\"}}] | 1",
        "[{\"type\":\"Object\",\"object\":{\"metricName\":\"q\",\"averageValue\":\"1\"}}] | 2",
      })
  void toV2_textThatIsNoList_isNothing(String text, int metrics) {
    ObjectNode v1 = Json.object();
    v1.putObject("spec").put("maxReplicas", 1).put("targetCPUUtilizationPercentage", 33);
    v1.putObject("metadata").putObject("annotations").put(PREFIX + "metrics", text);
    ObjectNode v2 = Autoscalers.toV2(v1);
    assertEquals(metrics, v2.at("/spec/metrics").size(), v2::toString);
    assertFalse(v2.path("metadata").has("annotations"));
  }
}

package dev.wherry.model.defaults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.KindInfo;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Objects as a real API server of upstream answers them. */
class DefaultsTest {
  private static ObjectNode applied(String group, String kind, String yaml) {
    KindInfo info = new KindInfo(group, "v1", kind, "", true);
    ObjectNode object = (ObjectNode) tree(yaml);
    Defaults.apply(info, object);
    JsonNode once = object.deepCopy();
    Defaults.apply(info, object);
    assertEquals(once, object, "a second time changes nothing");
    return object;
  }

  private static JsonNode tree(String yaml) {
    return Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)).tree();
  }

  @Test
  void apply_pod_isUpstreams() {
    ObjectNode pod =
        applied(
            "",
            "Pod",
            """
            spec:
              volumes: [{name: a}, {name: b, configMap: {name: c}}]
              containers:
              - name: c
                image: busybox
                ports: [{containerPort: 80}]
                resources: {limits: {cpu: 1}}
                livenessProbe: {httpGet: {port: 80}}
            """);
    assertEquals(
        tree(
            """
            dnsPolicy: ClusterFirst
            enableServiceLinks: true
            restartPolicy: Always
            schedulerName: default-scheduler
            securityContext: {}
            terminationGracePeriodSeconds: 30
            volumes: [{name: a, emptyDir: {}}, {name: b, configMap: {name: c, defaultMode: 420}}]
            containers:
            - name: c
              image: busybox
              imagePullPolicy: Always
              ports: [{containerPort: 80, protocol: TCP}]
              resources: {limits: {cpu: 1}, requests: {cpu: 1}}
              terminationMessagePath: /dev/termination-log
              terminationMessagePolicy: File
              livenessProbe:
                httpGet: {port: 80, path: /, scheme: HTTP}
                timeoutSeconds: 1
                periodSeconds: 10
                successThreshold: 1
                failureThreshold: 3
            """),
        pod.path("spec"));
  }

  @ParameterizedTest
  @CsvSource({
    "busybox,Always", "busybox:latest,Always", "busybox:1,IfNotPresent",
    "localhost:5000/a,Always", "localhost:5000/a:1,IfNotPresent", "a@sha256:00,IfNotPresent"
  })
  void pullPolicy_image_followsTheTag(String image, String policy) {
    assertEquals(policy, PodDefaults.pullPolicy(image));
  }

  @Test
  void apply_service_isUpstreams() {
    assertEquals(
        tree(
            """
            spec:
              type: NodePort
              sessionAffinity: None
              externalTrafficPolicy: Cluster
              internalTrafficPolicy: Cluster
              ports: [{port: 80, protocol: TCP, targetPort: 80}]
            """),
        applied("", "Service", "spec: {type: NodePort, ports: [{port: 80}]}"));
  }

  @Test
  void apply_job_isUpstreams() {
    ObjectNode job = applied("batch", "Job", "spec: {template: {spec: {containers: []}}}");
    assertEquals(1, job.at("/spec/completions").asInt());
    assertEquals(1, job.at("/spec/parallelism").asInt());
    assertEquals(6, job.at("/spec/backoffLimit").asInt());
    assertEquals("TerminatingOrFailed", job.at("/spec/podReplacementPolicy").asText());
    ObjectNode parallel = applied("batch", "Job", "spec: {parallelism: 2, template: {}}");
    assertEquals(true, parallel.at("/spec/completions").isMissingNode());
  }

  @Test
  void apply_deployment_keepsWhatIsThere() {
    ObjectNode deployment =
        applied("apps", "Deployment", "spec: {replicas: 0, strategy: {type: Recreate}}");
    assertEquals(
        tree(
            """
            spec:
              replicas: 0
              strategy: {type: Recreate}
              revisionHistoryLimit: 10
              progressDeadlineSeconds: 600
              template:
                spec:
                  dnsPolicy: ClusterFirst
                  restartPolicy: Always
                  schedulerName: default-scheduler
                  securityContext: {}
                  terminationGracePeriodSeconds: 30
            """),
        deployment);
  }
}

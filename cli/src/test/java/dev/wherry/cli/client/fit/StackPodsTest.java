package dev.wherry.cli.client.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Manifests;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackPodsTest {
  private static List<StackPods.Part> parts(String kind, String spec) {
    Manifest manifest =
        Manifests.parse(
                "{apiVersion: v1, kind: %s, metadata: {name: x, namespace: space}, spec: %s}"
                    .formatted(kind, spec),
                "test")
            .getFirst();
    return StackPods.of(manifest);
  }

  @Test
  void of_deployment_templateTimesReplicas() {
    StackPods.Part part =
        parts("Deployment", "{replicas: 3, template: {metadata: {labels: {a: b}}, spec: {}}}")
            .getFirst();
    assertEquals("deployment/x", part.name());
    assertEquals(3, part.count());
    assertEquals("b", part.pod().at("/metadata/labels/a").asText());
    assertEquals("space", part.pod().at("/metadata/namespace").asText());
  }

  @Test
  void of_statefulSetWithClaims_eachPodHasItsOwn() {
    List<StackPods.Part> parts =
        parts(
            "StatefulSet",
            "{replicas: 2, ordinals: {start: 4}, template: {spec: {volumes: [{name: data, emptyDir:"
                + " {}}]}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {}}]}");
    assertEquals(2, parts.size());
    StackPods.Part last = parts.getLast();
    assertEquals("x-5", last.pod().at("/metadata/name").asText());
    assertEquals(1, last.pod().at("/spec/volumes").size());
    assertEquals(
        "data-x-5", last.pod().at("/spec/volumes/0/persistentVolumeClaim/claimName").asText());
    assertEquals("data-x-5", last.claims().getFirst().at("/metadata/name").asText());
  }

  @Test
  void of_daemonSet_toleratesWhatDaemonsDo() {
    StackPods.Part part = parts("DaemonSet", "{template: {spec: {}}}").getFirst();
    assertTrue(part.perNode());
    assertEquals(4, part.pod().at("/spec/tolerations").size());
  }

  @Test
  void of_jobs_asManyAsRunAtOnce() {
    assertEquals(2, parts("Job", "{parallelism: 5, completions: 2}").getFirst().count());
    assertEquals(1, parts("Job", "{}").getFirst().count());
    assertEquals(0, parts("Job", "{suspend: true}").getFirst().count());
    assertEquals(3, parts("CronJob", "{jobTemplate: {spec: {parallelism: 3}}}").getFirst().count());
  }

  @Test
  void of_otherKinds_none() {
    assertTrue(parts("ConfigMap", "{}").isEmpty());
  }
}

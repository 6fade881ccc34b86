package dev.wherry.controllers.sim;

import dev.wherry.controllers.Fixtures;
import dev.wherry.model.IntOrString;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.DeploymentSpec;
import dev.wherry.model.apps.v1.DeploymentStrategy;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.apps.v1.ReplicaSetSpec;
import dev.wherry.model.apps.v1.RollingUpdateDeployment;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;
import java.util.Map;

/** Workloads with defaults filled in. */
public final class Workloads {
  public static final LabelSelector WEB =
      LabelSelector.builder().matchLabels(Map.of("app", "web")).build();

  private Workloads() {}

  public static PodTemplateSpec template(String image) {
    return PodTemplateSpec.builder()
        .metadata(ObjectMeta.builder().labels(Map.of("app", "web")).build())
        .spec(
            PodSpec.builder()
                .containers(List.of(Container.builder().name("c").image(image).build()))
                .build())
        .build();
  }

  public static ReplicaSet replicaSet(String name, int replicas) {
    return ReplicaSet.builder()
        .metadata(Fixtures.meta("default", name).generation(1L).build())
        .spec(
            ReplicaSetSpec.builder()
                .replicas(replicas)
                .selector(WEB)
                .template(template("app:0"))
                .build())
        .build();
  }

  public static Deployment deployment(String name, int replicas, int surge, int unavailable) {
    return Deployment.builder()
        .metadata(Fixtures.meta("default", name).generation(1L).build())
        .spec(
            DeploymentSpec.builder()
                .replicas(replicas)
                .selector(WEB)
                .template(template("app:0"))
                .revisionHistoryLimit(2)
                .progressDeadlineSeconds(600)
                .strategy(
                    DeploymentStrategy.builder()
                        .type("RollingUpdate")
                        .rollingUpdate(
                            RollingUpdateDeployment.builder()
                                .maxSurge(IntOrString.of(surge))
                                .maxUnavailable(IntOrString.of(unavailable))
                                .build())
                        .build())
                .build())
        .build();
  }

  public static Deployment withImage(Deployment deployment, String image) {
    return deployment.toBuilder()
        .spec(deployment.spec().toBuilder().template(template(image)).build())
        .build();
  }
}

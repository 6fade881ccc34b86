package dev.wherry.kubelet.hollow;

import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateRunning;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.HostIP;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodIP;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.core.v1.ResourceRequirements;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Statuses of pods whose containers exist on paper only. Pure. */
final class HollowStatuses {
  private static final String TRUE = "True";
  private static final String FALSE = "False";
  private static final String ALWAYS = "Always";
  private static final List<String> CONDITIONS =
      List.of("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady");

  /** 128 and SIGTERM: what a shell says of a container that was told to end. */
  private static final int ENDED_EXIT_CODE = 143;

  private HollowStatuses() {}

  /** All containers run, those before them have ended well; all readiness gates are open. */
  static PodStatus running(Pod pod, String hostAddress, String podAddress, Instant at) {
    Instant now = at.truncatedTo(ChronoUnit.SECONDS);
    Map<String, PodCondition> conditions = conditions(pod);
    CONDITIONS.forEach(type -> conditions.put(type, condition(pod, type, TRUE, "", now)));
    pod.spec()
        .readinessGates()
        .forEach(gate ->
            conditions.put(
                gate.conditionType(), condition(pod, gate.conditionType(), TRUE, "", now)));
    return pod.status().toBuilder()
        .phase("Running")
        .conditions(List.copyOf(conditions.values()))
        .hostIP(hostAddress)
        .hostIPs(List.of(HostIP.builder().ip(hostAddress).build()))
        .podIP(podAddress)
        .podIPs(List.of(PodIP.builder().ip(podAddress).build()))
        .startTime(now)
        .observedGeneration(pod.metadata().generation())
        .initContainerStatuses(
            pod.spec().initContainers().stream()
                .map(c -> c.restartPolicy().equals(ALWAYS) ? runs(c, now) : passed(c, now))
                .toList())
        .containerStatuses(pod.spec().containers().stream().map(c -> runs(c, now)).toList())
        .build();
  }

  /** All containers have ended by themselves and well. */
  static PodStatus succeeded(Pod pod, Instant at) {
    return ended(pod, "Succeeded", "PodCompleted", 0, at);
  }

  /** All containers were told to end. */
  static PodStatus failed(Pod pod, Instant at) {
    return ended(pod, "Failed", "PodFailed", ENDED_EXIT_CODE, at);
  }

  private static PodStatus ended(Pod pod, String phase, String reason, int exitCode, Instant at) {
    Instant now = at.truncatedTo(ChronoUnit.SECONDS);
    Map<String, PodCondition> conditions = conditions(pod);
    conditions.put(CONDITIONS.get(0), condition(pod, CONDITIONS.get(0), FALSE, "", now));
    conditions.put("Ready", condition(pod, "Ready", FALSE, reason, now));
    conditions.put("ContainersReady", condition(pod, "ContainersReady", FALSE, reason, now));
    return pod.status().toBuilder()
        .phase(phase)
        .conditions(List.copyOf(conditions.values()))
        .observedGeneration(pod.metadata().generation())
        .containerStatuses(
            pod.spec().containers().stream().map(c -> over(pod, c, exitCode, now)).toList())
        .initContainerStatuses(
            pod.spec().initContainers().stream()
                .map(c -> c.restartPolicy().equals(ALWAYS) ? over(pod, c, 0, now) : passed(c, now))
                .toList())
        .build();
  }

  private static Map<String, PodCondition> conditions(Pod pod) {
    Map<String, PodCondition> conditions = new LinkedHashMap<>();
    for (PodCondition condition : new ArrayList<>(pod.status().conditions())) {
      conditions.put(condition.type(), condition);
    }
    return conditions;
  }

  private static PodCondition condition(
      Pod pod, String type, String status, String reason, Instant now) {
    return PodCondition.builder()
        .type(type)
        .status(status)
        .reason(reason)
        .observedGeneration(pod.metadata().generation())
        .lastTransitionTime(now)
        .build();
  }

  private static ContainerStatus.Builder status(Container container) {
    ResourceRequirements size = container.resources();
    ContainerStatus.Builder status =
        ContainerStatus.builder().name(container.name()).image(container.image()).restartCount(0);
    return size == null ? status : status.allocatedResources(size.requests()).resources(size);
  }

  private static ContainerStatus runs(Container container, Instant now) {
    return status(container)
        .ready(true)
        .started(true)
        .state(
            ContainerState.builder()
                .running(ContainerStateRunning.builder().startedAt(now).build())
                .build())
        .build();
  }

  /** An init container that has done its part. */
  private static ContainerStatus passed(Container container, Instant now) {
    return status(container).ready(true).started(false).state(terminated(0, now, now)).build();
  }

  private static ContainerStatus over(Pod pod, Container container, int exitCode, Instant now) {
    Instant started = pod.status().startTime();
    return status(container)
        .ready(false)
        .started(false)
        .state(terminated(exitCode, started == null ? now : started, now))
        .build();
  }

  private static ContainerState terminated(int exitCode, Instant started, Instant finished) {
    return ContainerState.builder()
        .terminated(
            ContainerStateTerminated.builder()
                .exitCode(exitCode)
                .reason(exitCode == 0 ? "Completed" : "Error")
                .startedAt(started)
                .finishedAt(finished)
                .build())
        .build();
  }
}

package dev.wherry.kubelet.pod;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriLabels;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.log.LogOptions;
import dev.wherry.kubelet.probe.Probes;
import dev.wherry.kubelet.status.PodStatuses;
import dev.wherry.kubelet.status.StatusInputs;
import dev.wherry.kubelet.status.StatusPatch;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds and publishes one pod's status, sending only what changed. Owned by its worker. */
final class PodReport {
  private static final int MESSAGE_BYTES_MAX = 4_096;
  private static final long FALLBACK_LINES = 80;
  private static final long FALLBACK_BYTES_MAX = 2_048;
  private static final String CRASH_LOOP = "CrashLoopBackOff";

  private final PodParts parts;
  private final PodMemory memory;
  private final Resizer resizer;
  private final Instant seen;
  private @Nullable PodStatus sent;

  /** The version of the object that the last patch made; "" where it is not known. */
  private String sentVersion = "";

  PodReport(PodParts parts, PodMemory memory, Resizer resizer) {
    this.parts = parts;
    this.memory = memory;
    this.resizer = resizer;
    this.seen = parts.clock().instant();
  }

  /** The pod with the status this kubelet sent last, since the informer may be behind it. */
  PodView effective(PodView pod) {
    if (sent == null) {
      return pod;
    }
    PodStatus own = corrected(sent, pod);
    sent = own;
    List<PodCondition> conditions =
        PodStatuses.conditions(own.conditions(), pod.status().conditions());
    PodStatus status =
        pod.status().toBuilder()
            .phase(own.phase())
            .reason(own.reason())
            .message(own.message())
            .conditions(conditions)
            .hostIP(own.hostIP())
            .hostIPs(own.hostIPs())
            .podIP(own.podIP())
            .podIPs(own.podIPs())
            .startTime(own.startTime())
            .observedGeneration(own.observedGeneration())
            .qosClass(own.qosClass())
            .initContainerStatuses(own.initContainerStatuses())
            .containerStatuses(own.containerStatuses())
            .ephemeralContainerStatuses(own.ephemeralContainerStatuses())
            .build();
    return PodView.of(pod.pod().toBuilder().status(status).build());
  }

  /**
   * What stands in the API by now of our own conditions: the server takes pods for not ready while
   * their node is silent, and nobody else than this kubelet takes that back.
   */
  private PodStatus corrected(PodStatus own, PodView pod) {
    if (!isNewer(pod.meta().resourceVersion(), sentVersion)) {
      return own;
    }
    sentVersion = pod.meta().resourceVersion();
    return own.toBuilder()
        .conditions(PodStatuses.standing(own.conditions(), pod.status().conditions()))
        .build();
  }

  private static boolean isNewer(String version, String than) {
    return !than.isEmpty()
        && (version.length() > than.length()
            || (version.length() == than.length() && version.compareTo(than) > 0));
  }

  /** What was sent is lost: the next round sends everything. */
  void forget() {
    sent = null;
  }

  /** Shows containers that wait for their back-off. */
  void noteBackOffs(PodView pod, PodObservation observed, PodDecision decision, Instant now) {
    if (decision.goal() != PodDecision.Goal.RUN) {
      return;
    }
    for (PodView.Named named : pod.all()) {
      Optional<ContainerSnapshot> last =
          observed
              .container(named.name())
              .filter(ContainerSnapshot::exited)
              .filter(c -> PodDecider.restarts(pod, named, c));
      if (last.isPresent()
          && memory.restarts.until(named.name(), last.get().finishedAt()).isAfter(now)) {
        crashLoop(pod, named);
      }
    }
  }

  private void crashLoop(PodView pod, PodView.Named named) {
    String name = named.name();
    PodMemory.Waiting waiting =
        new PodMemory.Waiting(
            CRASH_LOOP,
            "back-off "
                + backOff(memory.restarts.delay(name).toSeconds())
                + " restarting failed container="
                + name
                + " pod="
                + pod.name()
                + "_"
                + pod.namespace()
                + "("
                + pod.uid()
                + ")");
    if (!waiting.equals(memory.waiting.put(name, waiting))) {
      parts
          .events()
          .record(
              pod.pod(),
              pod.fieldPath(named.container()),
              PodEvents.Type.WARNING,
              "BackOff",
              "Back-off restarting failed container "
                  + name
                  + " in pod "
                  + pod.name()
                  + "_"
                  + pod.namespace()
                  + "("
                  + pod.uid()
                  + ")");
    }
  }

  private static String backOff(long seconds) {
    return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
  }

  /** Adds termination messages to ended containers that have none yet. */
  PodObservation withMessages(PodView pod, PodObservation observed) {
    List<ContainerSnapshot> containers =
        observed.containers().stream()
            .map(c -> c.exited() && c.message().isEmpty() ? c.withMessage(message(pod, c)) : c)
            .toList();
    return new PodObservation(observed.podUid(), observed.sandboxes(), containers);
  }

  private String message(PodView pod, ContainerSnapshot container) {
    Path file = parts.dirs().terminationMessage(pod.uid(), container.name(), container.attempt());
    try {
      byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      if (bytes.length > 0) {
        int from = Math.max(0, bytes.length - MESSAGE_BYTES_MAX);
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
      }
      String policy = container.annotations().getOrDefault(CriLabels.MESSAGE_POLICY, "");
      if (policy.equals("FallbackToLogsOnError")
          && container.exitCode() != 0
          && !container.logPath().isEmpty()) {
        return parts
            .logs()
            .text(
                Path.of(container.logPath()), LogOptions.tail(FALLBACK_LINES, FALLBACK_BYTES_MAX));
      }
    } catch (IOException e) {
      return "Error on reading termination message: " + e.getMessage();
    }
    return "";
  }

  /** Takes over the readiness that the API knew before this kubelet started. */
  void remember(PodView pod, Probes probes) {
    List<ContainerStatus> known = new ArrayList<>(pod.status().initContainerStatuses());
    known.addAll(pod.status().containerStatuses());
    for (ContainerStatus status : known) {
      int scheme = status.containerID().indexOf("://");
      if (scheme > 0) {
        probes.remember(
            status.containerID().substring(scheme + 3),
            Boolean.TRUE.equals(status.started()),
            Boolean.TRUE.equals(status.ready()));
      }
    }
  }

  /** Sends the status if it changed. */
  void publish(PodView pod, PodObservation observed, PodDecision decision, Set<String> ready) {
    if (memory.objectGone) {
      return;
    }
    PodStatus status = PodStatuses.of(inputs(pod, observed, decision, ready));
    PodStatus before = sent == null ? pod.status() : sent;
    Optional<JsonNode> patch = StatusPatch.between(pod.pod(), before, status);
    if (patch.isEmpty()) {
      return;
    }
    try {
      sentVersion = parts.api().patchStatus(pod.pod(), patch.get());
      parts.counts().reported(before, status);
      Instant now = parts.clock().instant();
      parts.counts().started(before, status, pod, seen, now, elsewhere(pod, observed));
      sent = status;
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
      memory.objectGone = true;
    }
  }

  /** What its start took that is not the node's doing (rule: upstream's pod start-up SLI). */
  private Duration elsewhere(PodView pod, PodObservation observed) {
    Duration sum = memory.pulling.spent();
    for (ContainerSnapshot run : observed.containers()) {
      boolean before =
          pod.container(run.name()).filter(c -> c.role() == PodView.Role.INIT).isPresent();
      if (before && run.exited()) {
        sum = sum.plus(Duration.between(run.startedAt(), run.finishedAt()));
      }
    }
    return sum;
  }

  private StatusInputs inputs(
      PodView pod, PodObservation observed, PodDecision decision, Set<String> ready) {
    Instant now = parts.clock().instant();
    Instant start = pod.status().startTime();
    if (start == null) {
      start = memory.startTime == null ? now.truncatedTo(ChronoUnit.SECONDS) : memory.startTime;
      memory.startTime = start;
    }
    Map<String, StatusInputs.Waiting> waiting = new HashMap<>();
    memory.waiting.forEach(
        (name, w) -> waiting.put(name, new StatusInputs.Waiting(w.reason(), w.message())));
    return new StatusInputs(
        pod,
        observed,
        decision.goal() == PodDecision.Goal.ENDED && memory.shutdown == null,
        decision.goal() != PodDecision.Goal.RUN,
        memory.failure(pod),
        waiting,
        memory.started,
        ready,
        resizer.sizes(),
        parts.runtimeName(),
        parts.config().nodeIps(),
        start,
        now);
  }
}

package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.pod.PodPhases;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code kubectl get pods} says of a pod: ready count, one-word status, restarts. Upstream:
 * printPod.
 */
final class PodSummary {
  private final JsonNode pod;
  private final Map<String, JsonNode> initContainers = new HashMap<>();
  private long totalContainers;
  private long readyContainers;
  private long restarts;
  private long sidecarRestarts;
  private Optional<Instant> lastRestart = Optional.empty();
  private Optional<Instant> lastSidecarRestart = Optional.empty();
  private String status;

  private PodSummary(JsonNode pod) {
    this.pod = pod;
    this.status = Fields.textOr(Fields.text(pod, "status", "phase"), pod, "status", "reason");
  }

  static PodSummary of(JsonNode pod) {
    PodSummary summary = new PodSummary(pod);
    summary.count();
    return summary;
  }

  String ready() {
    return readyContainers + "/" + totalContainers;
  }

  String status() {
    return status;
  }

  String restarts(Instant now) {
    if (restarts == 0 || lastRestart.isEmpty()) {
      return Long.toString(restarts);
    }
    return restarts + " (" + TimeCells.human(Duration.between(lastRestart.get(), now)) + " ago)";
  }

  static String readinessGates(JsonNode pod) {
    JsonNode gates = Fields.get(pod, "spec", "readinessGates");
    if (gates.isEmpty()) {
      return Fields.NONE;
    }
    int ready = 0;
    for (JsonNode gate : gates) {
      if (Fields.conditionTrue(pod, Fields.text(gate, "conditionType"))) {
        ready++;
      }
    }
    return ready + "/" + gates.size();
  }

  private void count() {
    if (Fields.text(Fields.condition(pod, "PodScheduled"), "reason").equals("SchedulingGated")) {
      status = "SchedulingGated";
    }
    totalContainers = Fields.get(pod, "spec", "containers").size();
    for (JsonNode container : Fields.get(pod, "spec", "initContainers")) {
      initContainers.put(Fields.text(container, "name"), container);
      if (isSidecar(container)) {
        totalContainers++;
      }
    }
    boolean initializing = countInitContainers();
    if (!initializing || Fields.conditionTrue(pod, "Initialized")) {
      countContainers();
    }
    if (!Fields.deleting(pod)) {
      return;
    }
    String phase = Fields.text(pod, "status", "phase");
    if (Fields.text(pod, "status", "reason").equals("NodeLost")) {
      status = "Unknown";
    } else if (!PodPhases.isFinished(phase)) {
      status = "Terminating";
    }
  }

  private static boolean isSidecar(JsonNode container) {
    return Fields.text(container, "restartPolicy").equals("Always");
  }

  /** Returns whether an init container still holds the pod up. */
  private boolean countInitContainers() {
    int index = 0;
    for (JsonNode container : Fields.get(pod, "status", "initContainerStatuses")) {
      restarts += Fields.number(container, "restartCount");
      lastRestart = later(lastRestart, container);
      JsonNode spec =
          initContainers.getOrDefault(Fields.text(container, "name"), container.path("\0"));
      boolean sidecar = isSidecar(spec);
      if (sidecar) {
        sidecarRestarts += Fields.number(container, "restartCount");
        lastSidecarRestart = later(lastSidecarRestart, container);
      }
      JsonNode terminated = Fields.get(container, "state", "terminated");
      if (terminated.isObject() && Fields.number(terminated, "exitCode") == 0) {
        index++;
        continue;
      }
      if (sidecar && container.path("started").asBoolean()) {
        readyContainers += container.path("ready").asBoolean() ? 1 : 0;
        index++;
        continue;
      }
      status = "Init:" + initReason(container, terminated, index);
      return true;
    }
    return false;
  }

  private String initReason(JsonNode container, JsonNode terminated, int index) {
    if (terminated.isObject()) {
      return endReason(terminated);
    }
    String waiting = Fields.text(container, "state", "waiting", "reason");
    if (!waiting.isEmpty() && !waiting.equals("PodInitializing")) {
      return waiting;
    }
    return index + "/" + Fields.get(pod, "spec", "initContainers").size();
  }

  private static String endReason(JsonNode terminated) {
    String reason = Fields.text(terminated, "reason");
    if (!reason.isEmpty()) {
      return reason;
    }
    long signal = Fields.number(terminated, "signal");
    return signal != 0 ? "Signal:" + signal : "ExitCode:" + Fields.number(terminated, "exitCode");
  }

  private void countContainers() {
    restarts = sidecarRestarts;
    lastRestart = lastSidecarRestart;
    boolean running = false;
    JsonNode statuses = Fields.get(pod, "status", "containerStatuses");
    for (int i = statuses.size() - 1; i >= 0; i--) {
      JsonNode container = statuses.get(i);
      restarts += Fields.number(container, "restartCount");
      lastRestart = later(lastRestart, container);
      String waiting = Fields.text(container, "state", "waiting", "reason");
      JsonNode terminated = Fields.get(container, "state", "terminated");
      if (!waiting.isEmpty()) {
        status = waiting;
      } else if (terminated.isObject()) {
        status = endReason(terminated);
      } else if (container.path("ready").asBoolean()
          && Fields.present(container, "state", "running")) {
        running = true;
        readyContainers++;
      }
    }
    // One container has ended while another still runs: the pod is not "Completed".
    if (status.equals("Completed") && running) {
      status = Fields.conditionTrue(pod, "Ready") ? "Running" : "NotReady";
    }
  }

  private static Optional<Instant> later(Optional<Instant> seen, JsonNode container) {
    Optional<Instant> finished =
        TimeCells.instant(Fields.get(container, "lastState", "terminated", "finishedAt"));
    if (finished.isEmpty()) {
      return seen;
    }
    return seen.isPresent() && !seen.get().isBefore(finished.get()) ? seen : finished;
  }
}

package dev.wherry.kubelet.status;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pod's phase from its containers' statuses (rule: upstream's getPhase). Pure. */
final class PodPhase {
  private PodPhase() {}

  static String of(
      PodView pod, List<ContainerStatus> inits, List<ContainerStatus> mains, boolean ended) {
    boolean never = pod.podRestartPolicy().equals("Never");
    boolean initPending = false;
    boolean initFailed = false;
    List<PodView.Named> named = pod.inits();
    for (int i = 0; i < named.size(); i++) {
      ContainerStatus status = inits.get(i);
      boolean passed =
          named.get(i).role() == PodView.Role.SIDECAR
              ? Boolean.TRUE.equals(status.started()) || terminated(status) != null
              : exitCode(status) == 0;
      initPending |= !passed;
      initFailed |= named.get(i).role() == PodView.Role.INIT && exitCode(status) > 0;
    }
    if (initFailed && (never || ended)) {
      return "Failed";
    }
    int waiting = 0;
    int running = 0;
    int stopped = 0;
    int succeeded = 0;
    for (ContainerStatus status : mains) {
      ContainerState state = status.state();
      if (state != null && state.running() != null) {
        running++;
      } else if (terminated(status) != null) {
        stopped++;
        succeeded += exitCode(status) == 0 ? 1 : 0;
      } else if (lastTerminated(status) != null) {
        stopped++;
      } else {
        waiting++;
      }
    }
    if (ended) {
      return stopped == mains.size() && succeeded == stopped ? "Succeeded" : "Failed";
    }
    if (initPending && running == 0 && stopped == 0) {
      return "Pending";
    }
    if (waiting > 0) {
      return "Pending";
    }
    if (running > 0) {
      return "Running";
    }
    return settled(pod, stopped, succeeded);
  }

  private static String settled(PodView pod, int stopped, int succeeded) {
    return switch (pod.podRestartPolicy()) {
      case "Always" -> "Running";
      case "Never" -> stopped == succeeded ? "Succeeded" : "Failed";
      default -> stopped == succeeded ? "Succeeded" : "Running";
    };
  }

  /** The code of an ended container; -1 while it has not ended. */
  static int exitCode(ContainerStatus status) {
    ContainerStateTerminated terminated = terminated(status);
    Integer code = terminated == null ? null : terminated.exitCode();
    return code == null ? -1 : code;
  }

  static @Nullable ContainerStateTerminated terminated(ContainerStatus status) {
    ContainerState state = status.state();
    return state == null ? null : state.terminated();
  }

  private static @Nullable ContainerStateTerminated lastTerminated(ContainerStatus status) {
    ContainerState state = status.lastState();
    return state == null ? null : state.terminated();
  }
}

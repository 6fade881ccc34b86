package dev.wherry.kubelet.status;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateRunning;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStateWaiting;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.ResourceRequirements;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Containers' statuses as the API shows them (rule: upstream's convertToAPIContainerStatuses). */
final class ContainerStatuses {
  private static final int UNKNOWN_EXIT_CODE = 137;

  private final StatusInputs in;

  ContainerStatuses(StatusInputs in) {
    this.in = in;
  }

  List<ContainerStatus> of(List<PodView.Named> containers) {
    return containers.stream().map(this::status).toList();
  }

  private ContainerStatus status(PodView.Named named) {
    Optional<ContainerSnapshot> last = in.observed().container(named.name());
    ContainerStatus before = before(named);
    ContainerStatus.Builder out =
        ContainerStatus.builder()
            .name(named.name())
            .image(named.container().image())
            .ready(false)
            .started(false)
            .restartCount(0);
    sizes(named, out, in.sizes().allocated());
    if (last.isEmpty()) {
      return missing(named, before, out);
    }
    ContainerSnapshot container = last.get();
    ContainerState previous =
        in.observed()
            .previous(named.name())
            .map(this::terminated)
            .orElse(before == null ? null : before.lastState());
    out.restartCount(container.attempt())
        .containerID(id(container))
        .image(container.image().isEmpty() ? named.container().image() : image(named, container))
        .imageID(container.imageRef().isEmpty() ? container.imageId() : container.imageRef())
        .lastState(previous == null ? ContainerState.EMPTY : previous);
    StatusInputs.Waiting waiting = in.waiting().get(named.name());
    switch (container.state()) {
      case RUNNING -> {
        boolean started =
            named.role() != PodView.Role.EPHEMERAL && in.started().contains(container.id());
        if (in.sizes().actual().containsKey(named.name())) {
          out.resources(in.sizes().actual().get(named.name()));
        }
        out.state(running(container))
            .started(started)
            .ready(started && in.ready().contains(container.id()));
      }
      case EXITED -> {
        if (waiting != null && !in.ending() && !in.ended()) {
          out.state(waiting(waiting)).lastState(terminated(container));
        } else {
          out.state(terminated(container));
          boolean completedInit = named.role() == PodView.Role.INIT && container.exitCode() == 0;
          out.ready(completedInit);
        }
      }
      case CREATED, UNKNOWN ->
          out.state(
              waiting(
                  waiting == null ? new StatusInputs.Waiting("ContainerCreating", "") : waiting));
    }
    return out.build();
  }

  /** What was set aside for it, and that it has it: true of all that does not run. */
  private static void sizes(
      PodView.Named named,
      ContainerStatus.Builder out,
      Map<String, ResourceRequirements> allocated) {
    if (named.role() == PodView.Role.EPHEMERAL) {
      return;
    }
    ResourceRequirements size =
        allocated.getOrDefault(named.name(), Requirements.of(named.container()));
    out.allocatedResources(size.requests()).resources(size);
  }

  /** The name the image was asked for by, in full, since runtimes may answer with an id. */
  private static String image(PodView.Named named, ContainerSnapshot container) {
    boolean isId = container.image().startsWith("sha256:");
    return isId
        ? dev.wherry.kubelet.image.ImageNames.normalise(named.container().image())
            .orElse(named.container().image())
        : container.image();
  }

  private ContainerStatus missing(
      PodView.Named named, @Nullable ContainerStatus before, ContainerStatus.Builder out) {
    if (before != null && (in.ended() || in.ending())) {
      return lost(before);
    }
    if (before != null) {
      Integer restarts = before.restartCount();
      out.restartCount(restarts == null ? 0 : restarts);
    }
    StatusInputs.Waiting waiting = in.waiting().get(named.name());
    if (waiting == null) {
      boolean initFirst = !in.pod().inits().isEmpty();
      waiting = new StatusInputs.Waiting(initFirst ? "PodInitializing" : "ContainerCreating", "");
    }
    return out.state(waiting(waiting)).lastState(ContainerState.EMPTY).build();
  }

  /** A container of an ending pod that the runtime no longer knows. */
  private ContainerStatus lost(ContainerStatus before) {
    ContainerState state = before.state();
    if (state == null || state.running() == null) {
      return before.toBuilder()
          .ready(
              state != null
                  && state.terminated() != null
                  && before.ready() != null
                  && before.ready())
          .build();
    }
    ContainerStateTerminated terminated =
        ContainerStateTerminated.builder()
            .exitCode(UNKNOWN_EXIT_CODE)
            .reason("ContainerStatusUnknown")
            .message("The container could not be located when the pod was terminated")
            .build();
    return before.toBuilder()
        .ready(false)
        .started(false)
        .state(ContainerState.builder().terminated(terminated).build())
        .build();
  }

  private @Nullable ContainerStatus before(PodView.Named named) {
    List<ContainerStatus> known =
        switch (named.role()) {
          case MAIN -> in.pod().status().containerStatuses();
          case INIT, SIDECAR -> in.pod().status().initContainerStatuses();
          case EPHEMERAL -> in.pod().status().ephemeralContainerStatuses();
        };
    return known.stream().filter(s -> s.name().equals(named.name())).findFirst().orElse(null);
  }

  private String id(ContainerSnapshot container) {
    return in.runtimeName() + "://" + container.id();
  }

  private static ContainerState waiting(StatusInputs.Waiting waiting) {
    return ContainerState.builder()
        .waiting(
            ContainerStateWaiting.builder()
                .reason(waiting.reason())
                .message(waiting.message())
                .build())
        .build();
  }

  private static ContainerState running(ContainerSnapshot container) {
    return ContainerState.builder()
        .running(ContainerStateRunning.builder().startedAt(seconds(container.startedAt())).build())
        .build();
  }

  private ContainerState terminated(ContainerSnapshot container) {
    String reason = container.reason();
    if (reason.isEmpty()) {
      reason = container.exitCode() == 0 ? "Completed" : "Error";
    }
    return ContainerState.builder()
        .terminated(
            ContainerStateTerminated.builder()
                .containerID(id(container))
                .exitCode(container.exitCode())
                .reason(reason)
                .message(container.message())
                .startedAt(seconds(container.startedAt()))
                .finishedAt(seconds(container.finishedAt()))
                .build())
        .build();
  }

  static Instant seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS);
  }
}

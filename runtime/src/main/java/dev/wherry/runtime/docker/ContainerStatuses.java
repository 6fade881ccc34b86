package dev.wherry.runtime.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.HostConfig;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.ContainerResources;
import dev.wherry.proto.cri.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import java.util.Map;
import java.util.Objects;

/** What Docker says of a container, in CRI's terms. */
final class ContainerStatuses {
  private static final String OOM_KILLED = "OOMKilled";
  private static final String COMPLETED = "Completed";
  private static final String ERROR = "Error";
  private static final String CANNOT_RUN = "ContainerCannotRun";

  private final Owned owned;
  private final Images images;

  ContainerStatuses(Owned owned, Images images) {
    this.owned = owned;
    this.images = images;
  }

  ContainerStatus of(InspectContainerResponse container) {
    Map<String, String> labels = owned.labels(container);
    ContainerConfig config =
        Labels.containerConfig(labels)
            .orElseThrow(() -> CriErrors.notFound("container", container.getId()));
    ContainerState state = container.getState();
    var status =
        ContainerStatus.newBuilder()
            .setId(container.getId())
            .setMetadata(config.getMetadata())
            .setCreatedAt(Labels.createdNanos(labels))
            .setStartedAt(DockerTimes.nanos(state.getStartedAt()))
            .setImage(config.getImage())
            .setImageId(container.getImageId())
            .setImageRef(images.reference(container.getImageId()))
            .putAllLabels(config.getLabelsMap())
            .putAllAnnotations(config.getAnnotationsMap())
            .addAllMounts(config.getMountsList())
            .setLogPath(labels.getOrDefault(Labels.LOG_PATH, ""))
            .setResources(
                ContainerResources.newBuilder().setLinux(resources(container.getHostConfig())));
    state(state, status);
    return status.build();
  }

  private static void state(ContainerState state, ContainerStatus.Builder status) {
    long exitCode = Objects.requireNonNullElse(state.getExitCodeLong(), 0L);
    String text = Objects.requireNonNullElse(state.getStatus(), "");
    switch (text) {
      case "running", "paused", "restarting" ->
          status.setState(dev.wherry.proto.cri.v1.ContainerState.CONTAINER_RUNNING);
      case "created" -> created(state, exitCode, status);
      case "exited", "dead", "removing" -> ended(state, exitCode, status);
      default -> status.setState(dev.wherry.proto.cri.v1.ContainerState.CONTAINER_UNKNOWN);
    }
  }

  // A container Docker failed to start stays "created" with an exit code and the reason.
  private static void created(ContainerState state, long exitCode, ContainerStatus.Builder status) {
    if (exitCode == 0) {
      status.setState(dev.wherry.proto.cri.v1.ContainerState.CONTAINER_CREATED);
      return;
    }
    ended(state, exitCode, status);
    status.setReason(CANNOT_RUN);
    if (status.getFinishedAt() == 0) {
      status.setStartedAt(status.getCreatedAt()).setFinishedAt(status.getCreatedAt());
    }
  }

  private static void ended(ContainerState state, long exitCode, ContainerStatus.Builder status) {
    boolean oomKilled = Boolean.TRUE.equals(state.getOOMKilled());
    status
        .setState(dev.wherry.proto.cri.v1.ContainerState.CONTAINER_EXITED)
        .setExitCode((int) exitCode)
        .setFinishedAt(finishedAt(state))
        .setReason(oomKilled ? OOM_KILLED : exitCode == 0 ? COMPLETED : ERROR)
        .setMessage(Objects.requireNonNullElse(state.getError(), ""));
  }

  // Docker notes a start after the fact: a short run can have ended "before" it.
  private static long finishedAt(ContainerState state) {
    long finished = DockerTimes.nanos(state.getFinishedAt());
    return finished == 0 ? 0 : Math.max(finished, DockerTimes.nanos(state.getStartedAt()));
  }

  private static LinuxContainerResources resources(HostConfig host) {
    var resources = LinuxContainerResources.newBuilder();
    if (host.getCpuShares() != null) {
      resources.setCpuShares(host.getCpuShares());
    }
    if (host.getCpuPeriod() != null) {
      resources.setCpuPeriod(host.getCpuPeriod());
    }
    if (host.getCpuQuota() != null) {
      resources.setCpuQuota(host.getCpuQuota());
    }
    if (host.getMemory() != null) {
      resources.setMemoryLimitInBytes(host.getMemory());
    }
    if (host.getOomScoreAdj() != null) {
      resources.setOomScoreAdj(host.getOomScoreAdj());
    }
    return resources
        .setCpusetCpus(Objects.requireNonNullElse(host.getCpusetCpus(), ""))
        .setCpusetMems(Objects.requireNonNullElse(host.getCpusetMems(), ""))
        .build();
  }
}

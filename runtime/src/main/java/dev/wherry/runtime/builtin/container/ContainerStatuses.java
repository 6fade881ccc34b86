package dev.wherry.runtime.builtin.container;

import dev.wherry.proto.cri.v1.Container;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.ContainerResources;
import dev.wherry.proto.cri.v1.ContainerState;
import dev.wherry.proto.cri.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.ContainerUser;
import dev.wherry.proto.cri.v1.LinuxContainerUser;
import dev.wherry.runtime.builtin.shim.Ended;
import dev.wherry.runtime.builtin.shim.Started;
import dev.wherry.runtime.builtin.shim.Supervised.Phase;

/** What is known of a container, in CRI's terms. */
final class ContainerStatuses {
  private ContainerStatuses() {}

  static ContainerStatus status(ContainerEntry entry) {
    ContainerRecord record = entry.record();
    ContainerConfig config = record.config();
    var status =
        ContainerStatus.newBuilder()
            .setId(record.id())
            .setMetadata(config.getMetadata())
            .setCreatedAt(record.createdNanos())
            .setImage(config.getImage())
            .setImageId(record.imageId())
            .setImageRef(record.imageRef())
            .putAllLabels(config.getLabelsMap())
            .putAllAnnotations(config.getAnnotationsMap())
            .addAllMounts(config.getMountsList())
            .setLogPath(record.logPath())
            .setStopSignal(record.stopSignal())
            .setUser(
                ContainerUser.newBuilder()
                    .setLinux(
                        LinuxContainerUser.newBuilder()
                            .setUid(record.user().uid())
                            .setGid(record.user().gid())
                            .addAllSupplementalGroups(record.user().groups())))
            .setResources(ContainerResources.newBuilder().setLinux(record.resources()));
    life(entry, status);
    return status.build();
  }

  private static void life(ContainerEntry entry, ContainerStatus.Builder status) {
    Phase phase = entry.supervised().phase();
    status.setState(state(phase));
    switch (phase) {
      case Phase.Created _ -> {}
      case Phase.Running(Started started) -> status.setStartedAt(started.startedNanos());
      case Phase.Over(Ended ended, var started) -> {
        long began = started.map(Started::startedNanos).orElse(entry.record().createdNanos());
        status
            .setStartedAt(began)
            .setFinishedAt(Math.max(began, ended.finishedNanos()))
            .setExitCode(ended.exitCode())
            .setReason(ended.reason())
            .setMessage(ended.message());
      }
    }
  }

  static Container item(ContainerEntry entry) {
    ContainerRecord record = entry.record();
    return Container.newBuilder()
        .setId(record.id())
        .setPodSandboxId(record.sandboxId())
        .setMetadata(record.config().getMetadata())
        .setImage(record.config().getImage())
        .setImageRef(record.imageRef())
        .setImageId(record.imageId())
        .setState(state(entry.supervised().phase()))
        .setCreatedAt(record.createdNanos())
        .putAllLabels(record.config().getLabelsMap())
        .putAllAnnotations(record.config().getAnnotationsMap())
        .build();
  }

  private static ContainerState state(Phase phase) {
    return switch (phase) {
      case Phase.Created _ -> ContainerState.CONTAINER_CREATED;
      case Phase.Running _ -> ContainerState.CONTAINER_RUNNING;
      case Phase.Over _ -> ContainerState.CONTAINER_EXITED;
    };
  }
}

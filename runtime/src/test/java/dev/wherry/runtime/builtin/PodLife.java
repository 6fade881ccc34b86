package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.Container;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.ContainerFilter;
import dev.wherry.proto.cri.v1.ContainerMetadata;
import dev.wherry.proto.cri.v1.ContainerState;
import dev.wherry.proto.cri.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.ContainerStatusRequest;
import dev.wherry.proto.cri.v1.CreateContainerRequest;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.LinuxPodSandboxConfig;
import dev.wherry.proto.cri.v1.LinuxSandboxSecurityContext;
import dev.wherry.proto.cri.v1.ListContainersRequest;
import dev.wherry.proto.cri.v1.ListPodSandboxRequest;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.PodSandbox;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PodSandboxFilter;
import dev.wherry.proto.cri.v1.PodSandboxMetadata;
import dev.wherry.proto.cri.v1.PodSandboxState;
import dev.wherry.proto.cri.v1.RemoveContainerRequest;
import dev.wherry.proto.cri.v1.RemovePodSandboxRequest;
import dev.wherry.proto.cri.v1.RunPodSandboxRequest;
import dev.wherry.proto.cri.v1.StartContainerRequest;
import dev.wherry.runtime.fixture.CriClient;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * One pod's life as a kubelet leads it, one step at a time by what the runtime says: sandbox,
 * container, start, end, removal. It remembers nothing but the exit code that it saw.
 */
final class PodLife {
  static final int EXIT_CODE = 7;
  private static final String POD = "pod";

  private final PodSandboxConfig config;
  private final ContainerConfig container;
  private OptionalInt seen = OptionalInt.empty();

  /**
   * @param notes a folder in which each start leaves a line in the file {@code name}
   */
  PodLife(String name, Path notes, Path logs) {
    config =
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder().setName(name).setNamespace("n").setUid(name))
            .setLogDirectory(logs.resolve(name).toString())
            .putLabels(POD, name)
            .setLinux(
                LinuxPodSandboxConfig.newBuilder()
                    .setCgroupParent("/wherrykill")
                    .setSecurityContext(
                        LinuxSandboxSecurityContext.newBuilder()
                            .setNamespaceOptions(
                                NamespaceOption.newBuilder().setNetwork(NamespaceMode.NODE))))
            .build();
    container =
        ContainerConfig.newBuilder()
            .setMetadata(ContainerMetadata.newBuilder().setName("c"))
            .setImage(ImageSpec.newBuilder().setImage("docker.io/library/busybox:latest"))
            .addAllCommand(
                List.of(
                    "/bin/sh", "-c", "echo start >> /notes/" + name + "; usleep 200000; exit 7"))
            .addMounts(Mount.newBuilder().setContainerPath("/notes").setHostPath(notes.toString()))
            .setLogPath("c.log")
            .putLabels(POD, name)
            .build();
  }

  String name() {
    return config.getMetadata().getName();
  }

  /** The container's exit code once it was seen. */
  OptionalInt seen() {
    return seen;
  }

  /**
   * Takes the next step; true when nothing of the pod is left.
   *
   * @throws io.grpc.StatusRuntimeException when the runtime is killed meanwhile
   */
  boolean step(CriClient cri) {
    List<Container> containers = containers(cri);
    List<PodSandbox> sandboxes = sandboxes(cri);
    if (seen.isPresent()) {
      return clear(cri, containers, sandboxes);
    }
    if (!containers.isEmpty()) {
      drive(cri, containers.getFirst());
      return false;
    }
    for (PodSandbox sandbox : sandboxes) {
      if (sandbox.getState() == PodSandboxState.SANDBOX_READY) {
        cri.runtime()
            .createContainer(
                CreateContainerRequest.newBuilder()
                    .setPodSandboxId(sandbox.getId())
                    .setConfig(container)
                    .setSandboxConfig(config)
                    .build());
        return false;
      }
      remove(cri, sandbox);
    }
    cri.runtime().runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(config).build());
    return false;
  }

  private void drive(CriClient cri, Container found) {
    String id = found.getId();
    if (found.getState() == ContainerState.CONTAINER_CREATED) {
      cri.runtime().startContainer(StartContainerRequest.newBuilder().setContainerId(id).build());
    } else if (found.getState() == ContainerState.CONTAINER_EXITED) {
      ContainerStatus status =
          cri.runtime()
              .containerStatus(ContainerStatusRequest.newBuilder().setContainerId(id).build())
              .getStatus();
      seen = OptionalInt.of(status.getExitCode());
    }
  }

  private static boolean clear(
      CriClient cri, List<Container> containers, List<PodSandbox> sandboxes) {
    for (Container one : containers) {
      cri.runtime()
          .removeContainer(RemoveContainerRequest.newBuilder().setContainerId(one.getId()).build());
    }
    sandboxes.forEach(sandbox -> remove(cri, sandbox));
    return containers.isEmpty() && sandboxes.isEmpty();
  }

  private static void remove(CriClient cri, PodSandbox sandbox) {
    cri.runtime()
        .removePodSandbox(
            RemovePodSandboxRequest.newBuilder().setPodSandboxId(sandbox.getId()).build());
  }

  private List<Container> containers(CriClient cri) {
    return cri.runtime()
        .listContainers(
            ListContainersRequest.newBuilder()
                .setFilter(ContainerFilter.newBuilder().putLabelSelector(POD, name()))
                .build())
        .getContainersList();
  }

  private List<PodSandbox> sandboxes(CriClient cri) {
    return cri.runtime()
        .listPodSandbox(
            ListPodSandboxRequest.newBuilder()
                .setFilter(PodSandboxFilter.newBuilder().putLabelSelector(POD, name()))
                .build())
        .getItemsList();
  }
}

package dev.wherry.kubelet.cri;

import dev.wherry.proto.cri.v1.Container;
import dev.wherry.proto.cri.v1.ContainerFilter;
import dev.wherry.proto.cri.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.ContainerStatusRequest;
import dev.wherry.proto.cri.v1.ListContainersRequest;
import dev.wherry.proto.cri.v1.ListPodSandboxRequest;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.PodIP;
import dev.wherry.proto.cri.v1.PodSandbox;
import dev.wherry.proto.cri.v1.PodSandboxFilter;
import dev.wherry.proto.cri.v1.PodSandboxState;
import dev.wherry.proto.cri.v1.PodSandboxStatus;
import dev.wherry.proto.cri.v1.PodSandboxStatusRequest;
import dev.wherry.proto.cri.v1.RuntimeServiceGrpc;
import io.grpc.Channel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the runtime runs, as snapshots; only things labelled with a pod's uid are ours. */
public final class CriLists {
  private final RuntimeServiceGrpc.RuntimeServiceBlockingStub stub;

  CriLists(Channel channel) {
    stub = RuntimeServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Everything of one pod in full; ended containers already in {@code known} are not asked for
   * again.
   */
  public PodObservation observe(String podUid, PodObservation known) {
    Map<String, String> label = Map.of(CriLabels.POD_UID, podUid);
    List<SandboxSnapshot> sandboxes = new ArrayList<>();
    for (PodSandbox sandbox :
        listSandboxes(PodSandboxFilter.newBuilder().putAllLabelSelector(label).build())) {
      sandboxStatus(sandbox.getId()).ifPresent(sandboxes::add);
    }
    List<ContainerSnapshot> containers = new ArrayList<>();
    for (Container container :
        listContainers(ContainerFilter.newBuilder().putAllLabelSelector(label).build())) {
      known.containers().stream()
          .filter(c -> c.id().equals(container.getId()) && c.exited())
          .findFirst()
          .or(() -> containerStatus(container.getId(), container.getPodSandboxId()))
          .ifPresent(containers::add);
    }
    return new PodObservation(podUid, sandboxes, containers);
  }

  /** All pods' sandboxes and containers with their states only. */
  public PodStates states() {
    List<PodSandbox> sandboxes = listSandboxes(PodSandboxFilter.getDefaultInstance());
    List<Container> containers = listContainers(ContainerFilter.getDefaultInstance());
    return PodStates.of(sandboxes, containers);
  }

  /** One sandbox in full; empty when it is gone. */
  public Optional<SandboxSnapshot> sandboxStatus(String id) {
    PodSandboxStatusRequest request =
        PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).build();
    try {
      return Optional.of(
          sandbox(CriRuntime.call(() -> in().podSandboxStatus(request)).getStatus()));
    } catch (CriException e) {
      if (e.notFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** One container in full; empty when it is gone. */
  public Optional<ContainerSnapshot> containerStatus(String id, String sandboxId) {
    ContainerStatusRequest request = ContainerStatusRequest.newBuilder().setContainerId(id).build();
    try {
      return Optional.of(
          container(CriRuntime.call(() -> in().containerStatus(request)).getStatus(), sandboxId));
    } catch (CriException e) {
      if (e.notFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private List<PodSandbox> listSandboxes(PodSandboxFilter filter) {
    ListPodSandboxRequest request = ListPodSandboxRequest.newBuilder().setFilter(filter).build();
    return CriRuntime.call(() -> in().listPodSandbox(request)).getItemsList().stream()
        .filter(s -> s.containsLabels(CriLabels.POD_UID))
        .toList();
  }

  private List<Container> listContainers(ContainerFilter filter) {
    ListContainersRequest request = ListContainersRequest.newBuilder().setFilter(filter).build();
    return CriRuntime.call(() -> in().listContainers(request)).getContainersList().stream()
        .filter(c -> c.containsLabels(CriLabels.POD_UID))
        .toList();
  }

  private static SandboxSnapshot sandbox(PodSandboxStatus status) {
    List<String> ips = new ArrayList<>();
    if (!status.getNetwork().getIp().isEmpty()) {
      ips.add(status.getNetwork().getIp());
    }
    for (PodIP ip : status.getNetwork().getAdditionalIpsList()) {
      ips.add(ip.getIp());
    }
    return new SandboxSnapshot(
        status.getId(),
        status.getMetadata().getUid(),
        status.getMetadata().getNamespace(),
        status.getMetadata().getName(),
        status.getMetadata().getAttempt(),
        status.getState() == PodSandboxState.SANDBOX_READY,
        nanos(status.getCreatedAt()),
        ips,
        status.getLinux().getNamespaces().getOptions().getNetwork() == NamespaceMode.NODE);
  }

  private static ContainerSnapshot container(ContainerStatus status, String sandboxId) {
    Map<String, String> labels = status.getLabelsMap();
    Map<String, String> annotations = status.getAnnotationsMap();
    return new ContainerSnapshot(
        status.getId(),
        sandboxId,
        labels.getOrDefault(CriLabels.POD_UID, ""),
        labels.getOrDefault(CriLabels.CONTAINER_NAME, status.getMetadata().getName()),
        status.getMetadata().getAttempt(),
        state(status),
        nanos(status.getCreatedAt()),
        nanos(status.getStartedAt()),
        nanos(status.getFinishedAt()),
        status.getExitCode(),
        status.getReason(),
        status.getMessage(),
        status.getImage().getImage(),
        status.getImageRef(),
        status.getImageId(),
        annotations.getOrDefault(CriLabels.HASH, ""),
        status.getLogPath(),
        annotations);
  }

  private static ContainerSnapshot.State state(ContainerStatus status) {
    return PodStates.state(status.getState());
  }

  private static Instant nanos(long epochNanos) {
    return Instant.ofEpochSecond(0, epochNanos);
  }

  private RuntimeServiceGrpc.RuntimeServiceBlockingStub in() {
    return stub.withDeadlineAfter(CriRuntime.CALL.toMillis(), TimeUnit.MILLISECONDS);
  }
}

package dev.wherry.kubelet.cri;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wherry.proto.containerd.v1.Envelope;
import dev.wherry.proto.containerd.v1.EventsGrpc;
import dev.wherry.proto.containerd.v1.SubscribeRequest;
import dev.wherry.proto.containerd.v1.TaskExit;
import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.CgroupDriver;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.ContainerEventResponse;
import dev.wherry.proto.cri.v1.ContainerStats;
import dev.wherry.proto.cri.v1.ContainerStatsRequest;
import dev.wherry.proto.cri.v1.CreateContainerRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.proto.cri.v1.ExecSyncRequest;
import dev.wherry.proto.cri.v1.ExecSyncResponse;
import dev.wherry.proto.cri.v1.GetEventsRequest;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.ListContainerStatsRequest;
import dev.wherry.proto.cri.v1.ListPodSandboxStatsRequest;
import dev.wherry.proto.cri.v1.MemoryUsage;
import dev.wherry.proto.cri.v1.NetworkConfig;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PodSandboxStats;
import dev.wherry.proto.cri.v1.PortForwardRequest;
import dev.wherry.proto.cri.v1.RemoveContainerRequest;
import dev.wherry.proto.cri.v1.RemovePodSandboxRequest;
import dev.wherry.proto.cri.v1.ReopenContainerLogRequest;
import dev.wherry.proto.cri.v1.RunPodSandboxRequest;
import dev.wherry.proto.cri.v1.RuntimeConfig;
import dev.wherry.proto.cri.v1.RuntimeConfigRequest;
import dev.wherry.proto.cri.v1.RuntimeServiceGrpc;
import dev.wherry.proto.cri.v1.StartContainerRequest;
import dev.wherry.proto.cri.v1.StatusRequest;
import dev.wherry.proto.cri.v1.StatusResponse;
import dev.wherry.proto.cri.v1.StopContainerRequest;
import dev.wherry.proto.cri.v1.StopPodSandboxRequest;
import dev.wherry.proto.cri.v1.UpdateContainerResourcesRequest;
import dev.wherry.proto.cri.v1.UpdateRuntimeConfigRequest;
import dev.wherry.proto.cri.v1.VersionRequest;
import dev.wherry.proto.cri.v1.VersionResponse;
import dev.wherry.streaming.socket.SocketChannel;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * CRI's RuntimeService with a deadline on every call. Blocking, safe for many threads; an interrupt
 * cancels the call. Every failure is a {@link CriException}.
 */
public final class CriRuntime implements AutoCloseable {
  static final Duration CALL = Duration.ofMinutes(2);
  static final Duration RUN_SANDBOX = Duration.ofMinutes(4);
  static final Duration STATUS_CALL = Duration.ofSeconds(10);

  /** What a stop may take beyond the container's own grace period. */
  static final Duration STOP_SLACK = Duration.ofMinutes(2);

  /** In the namespace that containerd keeps for CRI. */
  private static final String EXITS = "namespace==k8s.io,topic==\"/tasks/exit\"";

  private final SocketChannel channel;
  private final SocketChannel imageChannel;
  private final RuntimeServiceGrpc.RuntimeServiceBlockingStub stub;
  private final EventsGrpc.EventsBlockingStub containerd;
  private final CriImages images;
  private final CriLists lists;
  private final RuntimeOperations operations = new RuntimeOperations();

  /** One socket for both halves. */
  public CriRuntime(String endpoint) {
    this(endpoint, endpoint);
  }

  /**
   * @param imageEndpoint of the ImageService, often the same
   */
  public CriRuntime(String endpoint, String imageEndpoint) {
    channel = new SocketChannel(endpoint);
    imageChannel = imageEndpoint.equals(endpoint) ? channel : new SocketChannel(imageEndpoint);
    Channel counted = ClientInterceptors.intercept(channel.channel(), operations);
    stub = RuntimeServiceGrpc.newBlockingStub(counted);
    containerd = EventsGrpc.newBlockingStub(channel.channel());
    images = new CriImages(ClientInterceptors.intercept(imageChannel.channel(), operations));
    lists = new CriLists(counted);
  }

  /** The image half of the same socket. */
  public CriImages images() {
    return images;
  }

  /** What was asked of both halves. */
  public RuntimeOperations operations() {
    return operations;
  }

  /** Snapshots of sandboxes and containers. */
  public CriLists lists() {
    return lists;
  }

  public VersionResponse version() {
    return call(() -> in(STATUS_CALL).version(VersionRequest.getDefaultInstance()));
  }

  public StatusResponse status() {
    return call(() -> in(STATUS_CALL).status(StatusRequest.getDefaultInstance()));
  }

  /** Whether a handler, by its name, gives pods user namespaces; one that is unknown does not. */
  public boolean hasUserNamespaces(String handler) {
    return status().getRuntimeHandlersList().stream()
        .anyMatch(one -> one.getName().equals(handler) && one.getFeatures().getUserNamespaces());
  }

  /**
   * Tells the runtime the node's pod address range; runtimes with a network of their own ignore it.
   */
  public void updatePodCidr(String cidr) {
    NetworkConfig network = NetworkConfig.newBuilder().setPodCidr(cidr).build();
    UpdateRuntimeConfigRequest request =
        UpdateRuntimeConfigRequest.newBuilder()
            .setRuntimeConfig(RuntimeConfig.newBuilder().setNetworkConfig(network))
            .build();
    call(() -> in(CALL).updateRuntimeConfig(request));
  }

  /**
   * Whether the runtime wants systemd's slices as cgroup parents; containerd before 2.0 tells it in
   * its verbose status only, and runtimes that tell nothing mean plain paths.
   */
  public boolean systemdCgroups() {
    try {
      return call(() -> in(STATUS_CALL).runtimeConfig(RuntimeConfigRequest.getDefaultInstance()))
              .getLinux()
              .getCgroupDriver()
          == CgroupDriver.SYSTEMD;
    } catch (CriException e) {
      if (e.unimplemented()) {
        return CriStatusConfig.systemdCgroup(verboseStatus());
      }
      throw e;
    }
  }

  private StatusResponse verboseStatus() {
    return call(() -> in(STATUS_CALL).status(StatusRequest.newBuilder().setVerbose(true).build()));
  }

  /** Starts a sandbox and gives its id. */
  public String runSandbox(PodSandboxConfig config, String handler) {
    RunPodSandboxRequest request =
        RunPodSandboxRequest.newBuilder().setConfig(config).setRuntimeHandler(handler).build();
    return call(() -> in(RUN_SANDBOX).runPodSandbox(request)).getPodSandboxId();
  }

  public void stopSandbox(String id) {
    StopPodSandboxRequest request = StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build();
    gone(() -> in(RUN_SANDBOX).stopPodSandbox(request));
  }

  public void removeSandbox(String id) {
    RemovePodSandboxRequest request =
        RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build();
    gone(() -> in(CALL).removePodSandbox(request));
  }

  /** Creates a container and gives its id. */
  public String createContainer(String sandbox, ContainerConfig config, PodSandboxConfig pod) {
    CreateContainerRequest request =
        CreateContainerRequest.newBuilder()
            .setPodSandboxId(sandbox)
            .setConfig(config)
            .setSandboxConfig(pod)
            .build();
    return call(() -> in(CALL).createContainer(request)).getContainerId();
  }

  public void startContainer(String id) {
    StartContainerRequest request = StartContainerRequest.newBuilder().setContainerId(id).build();
    call(() -> in(CALL).startContainer(request));
  }

  /** Asks a container to end and kills it when the grace period is over; ended or gone is fine. */
  public void stopContainer(String id, Duration grace) {
    StopContainerRequest request =
        StopContainerRequest.newBuilder()
            .setContainerId(id)
            .setTimeout(Math.max(0, grace.toSeconds()))
            .build();
    gone(() -> in(grace.plus(STOP_SLACK)).stopContainer(request));
  }

  public void removeContainer(String id) {
    RemoveContainerRequest request = RemoveContainerRequest.newBuilder().setContainerId(id).build();
    gone(() -> in(CALL).removeContainer(request));
  }

  public void updateResources(String id, LinuxContainerResources resources) {
    UpdateContainerResourcesRequest request =
        UpdateContainerResourcesRequest.newBuilder().setContainerId(id).setLinux(resources).build();
    call(() -> in(CALL).updateContainerResources(request));
  }

  public void reopenLog(String id) {
    ReopenContainerLogRequest request =
        ReopenContainerLogRequest.newBuilder().setContainerId(id).build();
    call(() -> in(CALL).reopenContainerLog(request));
  }

  /** Runs a command to its end; the runtime ends it after the timeout. */
  public ExecSyncResponse execSync(String id, List<String> command, Duration timeout) {
    ExecSyncRequest request =
        ExecSyncRequest.newBuilder()
            .setContainerId(id)
            .addAllCmd(command)
            .setTimeout(timeout.toSeconds())
            .build();
    return call(() -> in(timeout.plus(STATUS_CALL)).execSync(request));
  }

  /** The URL at which the runtime streams the command. */
  public String exec(ExecRequest request) {
    return call(() -> in(CALL).exec(request)).getUrl();
  }

  /** The URL at which the runtime streams the container's own standard streams. */
  public String attach(AttachRequest request) {
    return call(() -> in(CALL).attach(request)).getUrl();
  }

  /** The URL at which the runtime forwards the sandbox's ports. */
  public String portForward(String sandbox, List<Integer> ports) {
    PortForwardRequest request =
        PortForwardRequest.newBuilder().setPodSandboxId(sandbox).addAllPort(ports).build();
    return call(() -> in(CALL).portForward(request)).getUrl();
  }

  public List<ContainerStats> stats() {
    return call(() -> in(CALL).listContainerStats(ListContainerStatsRequest.getDefaultInstance()))
        .getStatsList();
  }

  /** The memory that a container works with, in bytes; empty where the runtime does not tell. */
  public OptionalLong memoryUsage(String id) {
    ContainerStatsRequest request = ContainerStatsRequest.newBuilder().setContainerId(id).build();
    MemoryUsage memory = call(() -> in(CALL).containerStats(request)).getStats().getMemory();
    return memory.hasWorkingSetBytes()
        ? OptionalLong.of(memory.getWorkingSetBytes().getValue())
        : OptionalLong.empty();
  }

  /**
   * Figures of all sandboxes.
   *
   * @throws CriException also, as unimplemented, where the runtime has none
   */
  public List<PodSandboxStats> sandboxStats() {
    return call(() -> in(CALL).listPodSandboxStats(ListPodSandboxStatsRequest.getDefaultInstance()))
        .getStatsList();
  }

  /**
   * Hands on container events until the stream breaks; throws unimplemented where there are none.
   */
  public void events(Consumer<ContainerEventResponse> sink) {
    call(() -> {
      Iterator<ContainerEventResponse> events =
          stub.getContainerEvents(GetEventsRequest.getDefaultInstance());
      while (events.hasNext()) {
        sink.accept(events.next());
      }
      return Boolean.TRUE;
    });
  }

  /**
   * Follows the ends of containers and sandboxes by containerd's own events, which it has since
   * long before CRI had any. Blocks until the stream breaks.
   *
   * @param sink takes the container's id
   * @throws CriException also when the runtime is no containerd
   */
  public void exits(Consumer<String> sink) {
    call(() -> {
      Iterator<Envelope> events =
          containerd.subscribe(SubscribeRequest.newBuilder().addFilters(EXITS).build());
      while (events.hasNext()) {
        TaskExit exit = exit(events.next());
        // Others are commands run in the container, probes for instance.
        if (exit.getId().equals(exit.getContainerId())) {
          sink.accept(exit.getContainerId());
        }
      }
      return Boolean.TRUE;
    });
  }

  private static TaskExit exit(Envelope envelope) {
    try {
      return TaskExit.parseFrom(envelope.getEvent().getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new CriException(Status.Code.INTERNAL, "containerd sent an event that is none");
    }
  }

  private RuntimeServiceGrpc.RuntimeServiceBlockingStub in(Duration deadline) {
    return stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  static <T> T call(Supplier<T> request) {
    try {
      return request.get();
    } catch (StatusRuntimeException e) {
      throw CriException.of(e);
    }
  }

  private static <T> void gone(Supplier<T> request) {
    try {
      call(request);
    } catch (CriException e) {
      if (!e.notFound()) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    channel.close();
    if (imageChannel != channel) {
      imageChannel.close();
    }
  }
}

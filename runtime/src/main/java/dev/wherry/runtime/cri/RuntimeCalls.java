package dev.wherry.runtime.cri;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.proto.cri.v1.*;
import dev.wherry.runtime.StreamingEndpoint;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.cni.CniNetwork;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * RuntimeService, call by call. What no runtime here can do (checkpoints to an archive, metrics of
 * its own) stays unimplemented, which is what kubelets expect of a runtime without it.
 */
public final class RuntimeCalls extends RuntimeServiceGrpc.RuntimeServiceImplBase {
  private static final String CRI_VERSION = "0.1.0";
  private static final String API_VERSION = "v1";

  /**
   * What the calls end in.
   *
   * @param failures turns what a part throws into a status
   */
  public record Parts(
      RuntimeFacts facts,
      SandboxService sandboxes,
      ContainerService containers,
      Stats stats,
      EventSource events,
      StreamingEndpoint streaming,
      CniNetwork network,
      Function<Exception, StatusRuntimeException> failures) {}

  private final RuntimeFacts facts;
  private final SandboxService sandboxes;
  private final ContainerService containers;
  private final Stats stats;
  private final EventSource events;
  private final StreamingEndpoint streaming;
  private final CniNetwork network;
  private final Function<Exception, StatusRuntimeException> failures;

  public RuntimeCalls(Parts parts) {
    this.facts = parts.facts();
    this.sandboxes = parts.sandboxes();
    this.containers = parts.containers();
    this.stats = parts.stats();
    this.events = parts.events();
    this.streaming = parts.streaming();
    this.network = parts.network();
    this.failures = parts.failures();
  }

  private <T> void answer(StreamObserver<T> out, Callable<T> body) {
    CriFailures.answer(out, body, failures);
  }

  @Override
  public void version(VersionRequest request, StreamObserver<VersionResponse> out) {
    answer(
        out,
        () ->
            VersionResponse.newBuilder()
                .setVersion(CRI_VERSION)
                .setRuntimeName(facts.name())
                .setRuntimeVersion(facts.version())
                .setRuntimeApiVersion(API_VERSION)
                .build());
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
    answer(
        out,
        () -> {
          var status =
              StatusResponse.newBuilder()
                  .setStatus(
                      RuntimeStatus.newBuilder()
                          .addConditions(
                              condition("RuntimeReady", facts.problemReason(), facts.problem()))
                          .addConditions(
                              condition(
                                  "NetworkReady",
                                  "NetworkPluginNotReady",
                                  network.notReadyReason())))
                  .putAllInfo(request.getVerbose() ? Map.of("config", networkPaths()) : Map.of());
          facts.describe(status);
          return status.build();
        });
  }

  /** Where the pod network is configured, in the words of containerd's verbose status. */
  private String networkPaths() {
    ObjectNode config = Trees.object();
    ObjectNode cni = config.putObject("cni");
    cni.put("confDir", network.configurationDirectory().toString());
    ArrayNode plugins = cni.putArray("binDirs");
    network.pluginPath().forEach(directory -> plugins.add(directory.toString()));
    return new String(Trees.bytes(config), StandardCharsets.UTF_8);
  }

  private static RuntimeCondition condition(String type, String reason, Optional<String> wrong) {
    var condition = RuntimeCondition.newBuilder().setType(type).setStatus(wrong.isEmpty());
    wrong.ifPresent(message -> condition.setReason(reason).setMessage(message));
    return condition.build();
  }

  @Override
  public void runtimeConfig(
      RuntimeConfigRequest request, StreamObserver<RuntimeConfigResponse> out) {
    answer(
        out,
        () ->
            RuntimeConfigResponse.newBuilder()
                .setLinux(
                    LinuxRuntimeConfiguration.newBuilder().setCgroupDriver(facts.cgroupDriver()))
                .build());
  }

  // The pod network is CNI's: its configuration carries the CIDR.
  @Override
  public void updateRuntimeConfig(
      UpdateRuntimeConfigRequest request, StreamObserver<UpdateRuntimeConfigResponse> out) {
    answer(out, UpdateRuntimeConfigResponse::getDefaultInstance);
  }

  @Override
  public void runPodSandbox(
      RunPodSandboxRequest request, StreamObserver<RunPodSandboxResponse> out) {
    answer(
        out,
        () ->
            RunPodSandboxResponse.newBuilder()
                .setPodSandboxId(sandboxes.run(request.getConfig(), request.getRuntimeHandler()))
                .build());
  }

  @Override
  public void stopPodSandbox(
      StopPodSandboxRequest request, StreamObserver<StopPodSandboxResponse> out) {
    answer(
        out,
        () -> {
          sandboxes.stop(request.getPodSandboxId());
          return StopPodSandboxResponse.getDefaultInstance();
        });
  }

  @Override
  public void removePodSandbox(
      RemovePodSandboxRequest request, StreamObserver<RemovePodSandboxResponse> out) {
    answer(
        out,
        () -> {
          sandboxes.remove(request.getPodSandboxId());
          return RemovePodSandboxResponse.getDefaultInstance();
        });
  }

  @Override
  public void podSandboxStatus(
      PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> out) {
    answer(
        out,
        () ->
            PodSandboxStatusResponse.newBuilder()
                .setStatus(sandboxes.status(request.getPodSandboxId()))
                .build());
  }

  @Override
  public void listPodSandbox(
      ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> out) {
    answer(
        out,
        () ->
            ListPodSandboxResponse.newBuilder()
                .addAllItems(sandboxes.list(request.getFilter()))
                .build());
  }

  @Override
  public void streamPodSandboxes(
      StreamPodSandboxesRequest request, StreamObserver<StreamPodSandboxesResponse> out) {
    answer(
        out,
        () ->
            StreamPodSandboxesResponse.newBuilder()
                .addAllPodSandboxes(sandboxes.list(request.getFilter()))
                .build());
  }

  @Override
  public void createContainer(
      CreateContainerRequest request, StreamObserver<CreateContainerResponse> out) {
    answer(
        out,
        () ->
            CreateContainerResponse.newBuilder()
                .setContainerId(containers.create(request))
                .build());
  }

  @Override
  public void startContainer(
      StartContainerRequest request, StreamObserver<StartContainerResponse> out) {
    answer(
        out,
        () -> {
          containers.start(request.getContainerId());
          return StartContainerResponse.getDefaultInstance();
        });
  }

  @Override
  public void stopContainer(
      StopContainerRequest request, StreamObserver<StopContainerResponse> out) {
    answer(
        out,
        () -> {
          containers.stop(request.getContainerId(), request.getTimeout());
          return StopContainerResponse.getDefaultInstance();
        });
  }

  @Override
  public void removeContainer(
      RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> out) {
    answer(
        out,
        () -> {
          containers.remove(request.getContainerId());
          return RemoveContainerResponse.getDefaultInstance();
        });
  }

  @Override
  public void listContainers(
      ListContainersRequest request, StreamObserver<ListContainersResponse> out) {
    answer(
        out,
        () ->
            ListContainersResponse.newBuilder()
                .addAllContainers(containers.list(request.getFilter()))
                .build());
  }

  @Override
  public void streamContainers(
      StreamContainersRequest request, StreamObserver<StreamContainersResponse> out) {
    answer(
        out,
        () ->
            StreamContainersResponse.newBuilder()
                .addAllContainers(containers.list(request.getFilter()))
                .build());
  }

  @Override
  public void containerStatus(
      ContainerStatusRequest request, StreamObserver<ContainerStatusResponse> out) {
    answer(
        out,
        () ->
            ContainerStatusResponse.newBuilder()
                .setStatus(containers.status(request.getContainerId()))
                .build());
  }

  @Override
  public void updateContainerResources(
      UpdateContainerResourcesRequest request,
      StreamObserver<UpdateContainerResourcesResponse> out) {
    answer(
        out,
        () -> {
          containers.update(request.getContainerId(), request.getLinux());
          return UpdateContainerResourcesResponse.getDefaultInstance();
        });
  }

  @Override
  public void reopenContainerLog(
      ReopenContainerLogRequest request, StreamObserver<ReopenContainerLogResponse> out) {
    answer(
        out,
        () -> {
          containers.reopenLog(request.getContainerId());
          return ReopenContainerLogResponse.getDefaultInstance();
        });
  }

  @Override
  public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> out) {
    answer(
        out,
        () -> {
          containers.requireKnown(request.getContainerId());
          return containers.execSync(request);
        });
  }

  @Override
  public void exec(ExecRequest request, StreamObserver<ExecResponse> out) {
    answer(
        out,
        () -> {
          containers.requireKnown(request.getContainerId());
          return ExecResponse.newBuilder().setUrl(streaming.exec(request)).build();
        });
  }

  @Override
  public void attach(AttachRequest request, StreamObserver<AttachResponse> out) {
    answer(
        out,
        () -> {
          containers.requireKnown(request.getContainerId());
          return AttachResponse.newBuilder().setUrl(streaming.attach(request)).build();
        });
  }

  @Override
  public void portForward(PortForwardRequest request, StreamObserver<PortForwardResponse> out) {
    answer(
        out,
        () -> {
          sandboxes.status(request.getPodSandboxId());
          return PortForwardResponse.newBuilder().setUrl(streaming.portForward(request)).build();
        });
  }

  @Override
  public void containerStats(
      ContainerStatsRequest request, StreamObserver<ContainerStatsResponse> out) {
    answer(
        out,
        () ->
            ContainerStatsResponse.newBuilder()
                .setStats(stats.container(request.getContainerId()))
                .build());
  }

  @Override
  public void listContainerStats(
      ListContainerStatsRequest request, StreamObserver<ListContainerStatsResponse> out) {
    answer(
        out,
        () ->
            ListContainerStatsResponse.newBuilder()
                .addAllStats(stats.containers(request.getFilter()))
                .build());
  }

  @Override
  public void streamContainerStats(
      StreamContainerStatsRequest request, StreamObserver<StreamContainerStatsResponse> out) {
    answer(
        out,
        () ->
            StreamContainerStatsResponse.newBuilder()
                .addAllContainerStats(stats.containers(request.getFilter()))
                .build());
  }

  @Override
  public void podSandboxStats(
      PodSandboxStatsRequest request, StreamObserver<PodSandboxStatsResponse> out) {
    answer(
        out,
        () ->
            PodSandboxStatsResponse.newBuilder()
                .setStats(stats.sandbox(request.getPodSandboxId()))
                .build());
  }

  @Override
  public void listPodSandboxStats(
      ListPodSandboxStatsRequest request, StreamObserver<ListPodSandboxStatsResponse> out) {
    answer(
        out,
        () ->
            ListPodSandboxStatsResponse.newBuilder()
                .addAllStats(stats.sandboxes(request.getFilter()))
                .build());
  }

  @Override
  public void streamPodSandboxStats(
      StreamPodSandboxStatsRequest request, StreamObserver<StreamPodSandboxStatsResponse> out) {
    answer(
        out,
        () ->
            StreamPodSandboxStatsResponse.newBuilder()
                .addAllPodSandboxStats(stats.sandboxes(request.getFilter()))
                .build());
  }

  @Override
  public void getContainerEvents(
      GetEventsRequest request, StreamObserver<ContainerEventResponse> out) {
    events.stream((ServerCallStreamObserver<ContainerEventResponse>) out);
  }
}

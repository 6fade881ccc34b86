package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.UpdateContainerCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import dev.wherry.proto.cri.v1.Container;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.ContainerFilter;
import dev.wherry.proto.cri.v1.ContainerState;
import dev.wherry.proto.cri.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.CreateContainerRequest;
import dev.wherry.proto.cri.v1.ExecSyncRequest;
import dev.wherry.proto.cri.v1.ExecSyncResponse;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.runtime.cri.ContainerService;
import dev.wherry.runtime.cri.Selectors;
import dev.wherry.runtime.logs.LogCopies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Containers of sandboxes: made, started, ended, removed, listed. */
final class Containers implements ContainerService {
  /** Docker takes whole seconds in an int; what is beyond is for ever. */
  private static final long STOP_SECONDS_MAX = Integer.MAX_VALUE / 1000;

  private final DockerClient docker;
  private final Owned owned;
  private final ContainerCreation creation;
  private final ContainerStatuses statuses;
  private final LogCopies logs;
  private final ExecSync execSync;
  private final InstantSource clock;

  Containers(
      DockerClient docker,
      Owned owned,
      ContainerCreation creation,
      ContainerStatuses statuses,
      LogCopies logs,
      ExecSync execSync,
      InstantSource clock) {
    this.docker = docker;
    this.owned = owned;
    this.creation = creation;
    this.statuses = statuses;
    this.logs = logs;
    this.execSync = execSync;
    this.clock = clock;
  }

  @Override
  public String create(CreateContainerRequest request) {
    String sandboxId = request.getPodSandboxId();
    InspectContainerResponse sandbox =
        owned.inspect(sandboxId).orElseThrow(() -> CriErrors.notFound("sandbox", sandboxId));
    PodSandboxConfig sandboxConfig =
        request.hasSandboxConfig()
            ? request.getSandboxConfig()
            : Labels.sandboxConfig(owned.labels(sandbox)).orElseThrow();
    ContainerConfig config = request.getConfig();
    String logPath = logPath(sandboxConfig, config);
    Map<String, String> labels =
        Labels.ofContainer(
            owned.instance(), DockerTimes.nanos(clock.instant()), sandbox.getId(), logPath, config);
    String name = ContainerNames.container(sandboxConfig.getMetadata(), config.getMetadata());
    try {
      return create(name, labels, sandbox.getId(), config, sandboxConfig);
    } catch (ConflictException e) {
      if (!owned.removeLeftover(name, Labels.TYPE_CONTAINER)) {
        throw e;
      }
      return create(name, labels, sandbox.getId(), config, sandboxConfig);
    }
  }

  private String create(
      String name,
      Map<String, String> labels,
      String sandboxId,
      ContainerConfig config,
      PodSandboxConfig sandbox) {
    return creation.command(docker, name, labels, sandboxId, config, sandbox).exec().getId();
  }

  private static String logPath(PodSandboxConfig sandbox, ContainerConfig config) {
    return sandbox.getLogDirectory().isEmpty() || config.getLogPath().isEmpty()
        ? ""
        : Path.of(sandbox.getLogDirectory()).resolve(config.getLogPath()).toString();
  }

  @Override
  public void start(String id) throws IOException {
    InspectContainerResponse container = require(id);
    String logPath = owned.labels(container).getOrDefault(Labels.LOG_PATH, "");
    if (!logPath.isEmpty()) {
      Files.createDirectories(Path.of(logPath).toAbsolutePath().getParent());
    }
    docker.startContainerCmd(id).exec();
    if (!logPath.isEmpty()) {
      boolean tty = Boolean.TRUE.equals(container.getConfig().getTty());
      logs.follow(container.getId(), Path.of(logPath), tty);
    }
  }

  @Override
  public void stop(String id, long timeoutSeconds) {
    if (owned.inspect(id).isEmpty()) {
      return;
    }
    int timeout = (int) Math.clamp(timeoutSeconds, 0, STOP_SECONDS_MAX);
    try {
      docker.stopContainerCmd(id).withTimeout(timeout).exec();
    } catch (NotModifiedException | NotFoundException e) {
      // Ended already, as wanted.
    }
  }

  @Override
  public void remove(String id) {
    owned.remove(id);
    logs.forget(id);
  }

  @Override
  public void reopenLog(String id) throws IOException {
    require(id);
    logs.reopen(id);
  }

  @Override
  public ContainerStatus status(String id) {
    return statuses.of(require(id));
  }

  @Override
  public void update(String id, LinuxContainerResources resources) {
    require(id);
    UpdateContainerCmd update = docker.updateContainerCmd(id);
    ResourceLimits.apply(resources, update);
    update.exec();
  }

  @Override
  public List<Container> list(ContainerFilter filter) {
    var found = new ArrayList<Container>();
    for (var container : owned.list(Labels.TYPE_CONTAINER)) {
      Labels.containerConfig(container.getLabels())
          .map(config -> item(container, config))
          .filter(item -> fits(filter, item))
          .ifPresent(found::add);
    }
    return found;
  }

  /** The statuses of a sandbox's containers, oldest first. */
  List<ContainerStatus> statusesIn(String sandboxId) {
    var found = new ArrayList<ContainerStatus>();
    for (Container container :
        list(ContainerFilter.newBuilder().setPodSandboxId(sandboxId).build())) {
      owned.inspect(container.getId()).map(statuses::of).ifPresent(found::add);
    }
    found.sort(java.util.Comparator.comparingLong(ContainerStatus::getCreatedAt));
    return found;
  }

  @Override
  public void requireKnown(String id) {
    require(id);
  }

  @Override
  public ExecSyncResponse execSync(ExecSyncRequest request) throws IOException {
    return execSync.run(request);
  }

  @Override
  public Optional<Long> processId(String id) {
    return owned
        .inspect(id)
        .map(InspectContainerResponse::getState)
        .map(InspectContainerResponse.ContainerState::getPidLong)
        .filter(pid -> pid > 0);
  }

  @Override
  public Optional<FilesystemUsage> writableLayer(String id) {
    return Optional.empty();
  }

  private InspectContainerResponse require(String id) {
    return owned.inspect(id).orElseThrow(() -> CriErrors.notFound("container", id));
  }

  /** Takes the copying of logs up again after a restart of this program. */
  void resumeLogs() {
    for (var container : owned.list(Labels.TYPE_CONTAINER)) {
      String logPath = container.getLabels().getOrDefault(Labels.LOG_PATH, "");
      Optional<ContainerConfig> config = Labels.containerConfig(container.getLabels());
      if (!logPath.isEmpty() && config.isPresent() && !"created".equals(container.getState())) {
        logs.follow(container.getId(), Path.of(logPath), config.get().getTty());
      }
    }
  }

  private static Container item(
      com.github.dockerjava.api.model.Container container, ContainerConfig config) {
    return Container.newBuilder()
        .setId(container.getId())
        .setPodSandboxId(container.getLabels().getOrDefault(Labels.SANDBOX_ID, ""))
        .setMetadata(config.getMetadata())
        .setImage(config.getImage())
        .setImageRef(container.getImageId())
        .setImageId(container.getImageId())
        .setState(state(container.getState()))
        .setCreatedAt(Labels.createdNanos(container.getLabels()))
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .build();
  }

  private static ContainerState state(String docker) {
    return switch (docker) {
      case "created" -> ContainerState.CONTAINER_CREATED;
      case "running", "paused", "restarting" -> ContainerState.CONTAINER_RUNNING;
      case "exited", "dead", "removing" -> ContainerState.CONTAINER_EXITED;
      default -> ContainerState.CONTAINER_UNKNOWN;
    };
  }

  private static boolean fits(ContainerFilter filter, Container container) {
    return Selectors.fits(filter.getId(), container.getId())
        && Selectors.fits(filter.getPodSandboxId(), container.getPodSandboxId())
        && (!filter.hasState() || filter.getState().getState() == container.getState())
        && Selectors.fits(filter.getLabelSelectorMap(), container.getLabelsMap());
  }
}

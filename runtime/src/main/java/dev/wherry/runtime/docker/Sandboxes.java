package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import dev.wherry.proto.cri.v1.LinuxPodSandboxStatus;
import dev.wherry.proto.cri.v1.Namespace;
import dev.wherry.proto.cri.v1.PodIP;
import dev.wherry.proto.cri.v1.PodSandbox;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PodSandboxFilter;
import dev.wherry.proto.cri.v1.PodSandboxNetworkStatus;
import dev.wherry.proto.cri.v1.PodSandboxState;
import dev.wherry.proto.cri.v1.PodSandboxStatus;
import dev.wherry.runtime.cni.CniAttachment;
import dev.wherry.runtime.cni.CniNetwork;
import dev.wherry.runtime.cri.ResolvConf;
import dev.wherry.runtime.cri.SandboxService;
import dev.wherry.runtime.cri.Selectors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pod sandboxes as pause containers with a network of their own by CNI. */
final class Sandboxes implements SandboxService {
  private static final int STOP_SECONDS = 5;

  private final DockerClient docker;
  private final Owned owned;
  private final CniNetwork network;
  private final SandboxCreation creation;
  private final PauseImage pause;
  private final InstantSource clock;

  Sandboxes(
      DockerClient docker,
      Owned owned,
      CniNetwork network,
      SandboxCreation creation,
      InstantSource clock) {
    this.docker = docker;
    this.owned = owned;
    this.network = network;
    this.creation = creation;
    this.pause = new PauseImage(docker);
    this.clock = clock;
  }

  @Override
  public String run(PodSandboxConfig config, String runtimeHandler) {
    if (!runtimeHandler.isEmpty()) {
      throw new IllegalArgumentException("no runtime handler '" + runtimeHandler + "'");
    }
    String id = create(config);
    try {
      docker.startContainerCmd(id).exec();
      InspectContainerResponse started = docker.inspectContainerCmd(id).exec();
      if (config.hasDnsConfig()) {
        ResolvConf.write(Path.of(started.getResolvConfPath()), config.getDnsConfig());
      }
      if (!SandboxCreation.hostNetwork(config)) {
        network.add(attachment(id, netns(started), config));
      }
      return id;
    } catch (RuntimeException e) {
      discard(id, e);
      throw e;
    } catch (IOException e) {
      discard(id, e);
      throw new IllegalStateException("resolv.conf of sandbox " + id + ": " + e.getMessage(), e);
    }
  }

  // A name left over from a run that was cut short belongs to a container that never became a pod.
  private String create(PodSandboxConfig config) {
    String name = ContainerNames.sandbox(config.getMetadata());
    Map<String, String> labels =
        Labels.ofSandbox(owned.instance(), DockerTimes.nanos(clock.instant()), config);
    String image = pause.ensure();
    try {
      return creation.command(docker, image, name, labels, config).exec().getId();
    } catch (ConflictException e) {
      if (!owned.removeLeftover(name, Labels.TYPE_SANDBOX)) {
        throw e;
      }
      return creation.command(docker, image, name, labels, config).exec().getId();
    }
  }

  private void discard(String id, Exception cause) {
    try {
      remove(id);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void stop(String id) {
    for (Container container : owned.list(Labels.TYPE_CONTAINER)) {
      if (id.equals(container.getLabels().get(Labels.SANDBOX_ID))) {
        kill(container.getId());
      }
    }
    Optional<InspectContainerResponse> sandbox = owned.inspect(id);
    network.delete(id, sandbox.map(Sandboxes::netns).orElse(""));
    sandbox.ifPresent(s -> {
      try {
        docker.stopContainerCmd(id).withTimeout(STOP_SECONDS).exec();
      } catch (NotModifiedException | NotFoundException e) {
        // Stopped already, as wanted.
      }
    });
  }

  private void kill(String id) {
    try {
      docker.stopContainerCmd(id).withTimeout(0).exec();
    } catch (NotModifiedException | NotFoundException e) {
      // Ended already, as wanted.
    }
  }

  @Override
  public void remove(String id) {
    stop(id);
    for (Container container : owned.list(Labels.TYPE_CONTAINER)) {
      if (id.equals(container.getLabels().get(Labels.SANDBOX_ID))) {
        owned.remove(container.getId());
      }
    }
    owned.remove(id);
  }

  @Override
  public PodSandboxStatus status(String id) {
    InspectContainerResponse sandbox =
        owned.inspect(id).orElseThrow(() -> CriErrors.notFound("sandbox", id));
    Map<String, String> labels = owned.labels(sandbox);
    PodSandboxConfig config =
        Labels.sandboxConfig(labels).orElseThrow(() -> CriErrors.notFound("sandbox", id));
    return PodSandboxStatus.newBuilder()
        .setId(sandbox.getId())
        .setMetadata(config.getMetadata())
        .setState(
            Boolean.TRUE.equals(sandbox.getState().getRunning())
                ? PodSandboxState.SANDBOX_READY
                : PodSandboxState.SANDBOX_NOTREADY)
        .setCreatedAt(Labels.createdNanos(labels))
        .setNetwork(networkStatus(sandbox.getId()))
        .setLinux(
            LinuxPodSandboxStatus.newBuilder()
                .setNamespaces(
                    Namespace.newBuilder()
                        .setOptions(config.getLinux().getSecurityContext().getNamespaceOptions())))
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .build();
  }

  @Override
  public List<PodSandbox> list(PodSandboxFilter filter) {
    var found = new ArrayList<PodSandbox>();
    for (Container container : owned.list(Labels.TYPE_SANDBOX)) {
      Labels.sandboxConfig(container.getLabels())
          .map(config -> item(container, config))
          .filter(item -> fits(filter, item))
          .ifPresent(found::add);
    }
    return found;
  }

  @Override
  public Optional<Long> processId(String id) {
    return owned
        .inspect(id)
        .filter(s -> Boolean.TRUE.equals(s.getState().getRunning()))
        .map(s -> s.getState().getPidLong());
  }

  private static PodSandbox item(Container container, PodSandboxConfig config) {
    return PodSandbox.newBuilder()
        .setId(container.getId())
        .setMetadata(config.getMetadata())
        .setState(
            "running".equals(container.getState())
                ? PodSandboxState.SANDBOX_READY
                : PodSandboxState.SANDBOX_NOTREADY)
        .setCreatedAt(Labels.createdNanos(container.getLabels()))
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .build();
  }

  private static boolean fits(PodSandboxFilter filter, PodSandbox sandbox) {
    return Selectors.fits(filter.getId(), sandbox.getId())
        && (!filter.hasState() || filter.getState().getState() == sandbox.getState())
        && Selectors.fits(filter.getLabelSelectorMap(), sandbox.getLabelsMap());
  }

  private PodSandboxNetworkStatus networkStatus(String id) {
    List<String> addresses = network.addresses(id);
    var status = PodSandboxNetworkStatus.newBuilder();
    if (!addresses.isEmpty()) {
      status.setIp(addresses.getFirst());
      addresses.stream()
          .skip(1)
          .forEach(ip -> status.addAdditionalIps(PodIP.newBuilder().setIp(ip)));
    }
    return status.build();
  }

  private static String netns(InspectContainerResponse sandbox) {
    Long pid = sandbox.getState().getPidLong();
    return pid == null || pid == 0 ? "" : "/proc/" + pid + "/ns/net";
  }

  private static CniAttachment attachment(String id, String netns, PodSandboxConfig config) {
    return new CniAttachment(
        id,
        netns,
        config.getMetadata().getNamespace(),
        config.getMetadata().getName(),
        config.getMetadata().getUid(),
        CniAttachment.HostPort.of(config.getPortMappingsList()),
        config.getAnnotationsMap());
  }
}

package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.SandboxSnapshot;
import dev.wherry.kubelet.dynamic.DynamicResourcesException;
import dev.wherry.kubelet.env.ConfigException;
import dev.wherry.kubelet.env.EnvResolver;
import dev.wherry.kubelet.env.PodAddresses;
import dev.wherry.kubelet.image.ImagePulls;
import dev.wherry.kubelet.image.ImageVerdict;
import dev.wherry.kubelet.launch.Rights;
import dev.wherry.kubelet.launch.UserNamespaces;
import dev.wherry.kubelet.volume.VolumeException;
import dev.wherry.kubelet.volume.Volumes;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Lifecycle;
import dev.wherry.model.core.v1.LifecycleHandler;
import dev.wherry.model.status.ApiException;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Carries out a pod's actions. Runs on the worker's thread; what takes long (pulls, hooks, stops)
 * runs on virtual threads that send their results to the worker's inbox.
 */
final class PodRunner {
  private static final Duration CONFIG_RETRY = Duration.ofSeconds(10);
  private static final Duration POST_START_MAX = Duration.ofMinutes(10);

  private final PodParts parts;
  private final PodMemory memory;
  private final PodInbox inbox;
  private final Resizer resizer;
  private final Volumes volumes;
  private final EnvResolver env;
  private final ImagePulls pulls;
  private final Stopper stopper;
  private final Hooks hooks;

  PodRunner(PodParts parts, PodMemory memory, PodInbox inbox, Resizer resizer) {
    this.parts = parts;
    this.memory = memory;
    this.inbox = inbox;
    this.resizer = resizer;
    this.volumes =
        new Volumes(
            parts.dirs(),
            parts.mounts(),
            parts.api(),
            parts.csi(),
            parts.counts().volumes(),
            parts.clock(),
            parts.random());
    this.env = new EnvResolver(parts.api());
    this.pulls =
        new ImagePulls(
            parts.runtime().images(),
            parts.api(),
            parts.credentials(),
            parts.events(),
            parts.pulls(),
            parts.clock(),
            inbox::wake,
            memory.pulling);
    this.hooks = new Hooks(parts.runtime(), parts.clock(), parts.events());
    this.stopper = new Stopper(parts, memory, inbox, hooks);
  }

  /** Does one action; true when the runtime's picture has changed by it. */
  boolean apply(PodView pod, PodObservation observed, PodAction action) {
    return switch (action) {
      case PodAction.RunSandbox run -> runSandbox(pod, observed, run);
      case PodAction.StopSandbox(String id) -> {
        parts.runtime().stopSandbox(id);
        yield true;
      }
      case PodAction.StartContainer start -> start(pod, observed, start);
      case PodAction.StopContainer stop -> {
        stopper.stop(pod, observed, stop);
        yield false;
      }
      case PodAction.RemoveContainer(String id) -> {
        parts.runtime().removeContainer(id);
        yield true;
      }
    };
  }

  private boolean runSandbox(PodView pod, PodObservation observed, PodAction.RunSandbox run) {
    if (!observed.sandboxes().isEmpty()) {
      event(
          pod,
          PodEvents.Type.NORMAL,
          "SandboxChanged",
          "Pod sandbox changed, it will be killed and re-created.");
    }
    Instant now = parts.clock().instant();
    parts.counts().podBegins();
    try {
      parts.shares().claims().prepare(pod);
      volumes.prepare(pod, addresses(pod, observed));
      java.nio.file.Files.createDirectories(
          parts.dirs().logs(pod.namespace(), pod.name(), pod.uid()));
      PodSandboxConfig config =
          parts.configs().sandbox(pod, run.attempt(), parts.cgroups().parent(pod));
      parts.cgroups().size(pod);
      parts
          .configs()
          .resolverComplaints(pod)
          .forEach(complaint ->
              event(pod, PodEvents.Type.WARNING, complaint.reason(), complaint.message()));
      String handler = handler(pod);
      if (UserNamespaces.asked(pod)) {
        parts.configs().users().started();
        if (!parts.runtime().hasUserNamespaces(handler)) {
          throw new IOException(UserNamespaces.NOT_SUPPORTED);
        }
      }
      parts.runtime().runSandbox(config, handler);
      memory.sandboxRuns();
      return true;
    } catch (DynamicResourcesException e) {
      memory.sandboxFailed(now);
      event(
          pod,
          PodEvents.Type.WARNING,
          "FailedPrepareDynamicResources",
          "Failed to prepare dynamic resources: prepare dynamic resources: " + e.text());
    } catch (VolumeException e) {
      memory.sandboxFailed(now);
      event(pod, PodEvents.Type.WARNING, "FailedMount", e.text());
    } catch (CriException e) {
      sandboxFailed(pod, now, e.text());
    } catch (IOException e) {
      sandboxFailed(pod, now, String.valueOf(e.getMessage()));
    }
    return false;
  }

  private void sandboxFailed(PodView pod, Instant now, String why) {
    parts.counts().podFailed();
    memory.sandboxFailed(now);
    parts.configs().users().failed(pod);
    event(
        pod,
        PodEvents.Type.WARNING,
        "FailedCreatePodSandBox",
        "Failed to create pod sandbox: " + why);
  }

  /** What its class of runtimes means on the runtime; "" for the usual one. */
  private String handler(PodView pod) throws IOException {
    String name = pod.spec().runtimeClassName();
    return name.isEmpty()
        ? ""
        : parts
            .api()
            .handler(name)
            .orElseThrow(() -> new IOException("RuntimeClass \"" + name + "\" not found"));
  }

  private boolean start(PodView pod, PodObservation observed, PodAction.StartContainer start) {
    String name = start.container().name();
    Container container = start.container().container();
    Instant now = parts.clock().instant();
    try {
      PodSandboxConfig sandbox =
          parts.configs().sandbox(pod, sandboxAttempt(observed), parts.cgroups().parent(pod));
      return switch (pulls.ensure(pod, container, sandbox)) {
        case ImageVerdict.Pulling _ -> false;
        case ImageVerdict.Refused(String reason, String message, Instant retryAt) -> {
          memory.waiting.put(name, new PodMemory.Waiting(reason, message));
          memory.retryAt.put(name, retryAt);
          yield false;
        }
        case ImageVerdict.Ready(String imageRef) -> launch(pod, observed, start, sandbox, imageRef);
      };
    } catch (VolumeException e) {
      event(pod, PodEvents.Type.WARNING, "FailedMount", e.text());
      memory.retryAt.put(name, now.plus(CONFIG_RETRY));
    } catch (ConfigException e) {
      refuse(pod, container, "CreateContainerConfigError", e.text());
    } catch (IOException | ApiException e) {
      refuse(pod, container, "CreateContainerConfigError", String.valueOf(e.getMessage()));
    }
    return false;
  }

  private boolean launch(
      PodView pod,
      PodObservation observed,
      PodAction.StartContainer start,
      PodSandboxConfig sandbox,
      String imageRef)
      throws VolumeException, ConfigException, IOException {
    PodAddresses addresses = addresses(pod, observed);
    Container container = start.container().container();
    parts.configs().writeHosts(pod, addresses.podIps());
    Map<String, Path> paths = volumes.prepare(pod, addresses);
    Map<String, String> environment = env.resolve(pod, container, addresses);
    refuseRoot(pod, container, imageRef);
    ContainerConfig config;
    try {
      ContainerConfig plain =
          parts
              .configs()
              .container(
                  pod,
                  container,
                  start.attempt(),
                  imageRef,
                  paths,
                  environment,
                  target(pod, observed, container));
      config = parts.shares().apply(pod, container, plain);
    } catch (VolumeException e) {
      throw new ConfigException(e.text());
    }
    String id;
    parts.counts().begins(start.container());
    try {
      id = parts.runtime().createContainer(start.sandboxId(), config, sandbox);
    } catch (CriException e) {
      refuse(pod, container, "CreateContainerError", e.text());
      return false;
    }
    containerEvent(pod, container, PodEvents.Type.NORMAL, "Created", "Container created");
    if (start.attempt() > 0) {
      memory.restarts.tried(container.name(), parts.clock().instant());
    }
    try {
      parts.runtime().startContainer(id);
    } catch (CriException e) {
      refuse(pod, container, "RunContainerError", e.text());
      return true;
    }
    containerEvent(pod, container, PodEvents.Type.NORMAL, "Started", "Container started");
    resizer.began(container);
    memory.waiting.remove(container.name());
    memory.retryAt.remove(container.name());
    postStart(pod, container, id, addresses);
    return true;
  }

  /** The id of the container that an ephemeral one looks into. */
  private static String target(PodView pod, PodObservation observed, Container container)
      throws ConfigException {
    Optional<String> name = pod.target(container);
    if (name.isEmpty()) {
      return "";
    }
    return observed
        .container(name.get())
        .filter(ContainerSnapshot::running)
        .map(ContainerSnapshot::id)
        .orElseThrow(
            () -> new ConfigException("target container \"" + name.get() + "\" does not run"));
  }

  private void refuseRoot(PodView pod, Container container, String imageRef)
      throws ConfigException {
    if (!Rights.nonRoot(pod, container)) {
      return;
    }
    Optional<Long> user = pod.user(container);
    if (user.isPresent()) {
      if (user.get() == 0) {
        throw new ConfigException("container's runAsUser breaks non-root policy");
      }
      return;
    }
    Optional<Image> image = parts.runtime().images().find(imageRef);
    String name = image.map(Image::getUsername).orElse("");
    if (!name.isEmpty()) {
      throw new ConfigException(
          "container has runAsNonRoot and image has non-numeric user ("
              + name
              + "), cannot verify user is non-root");
    }
    if (image.map(i -> i.getUid().getValue()).orElse(0L) == 0) {
      throw new ConfigException("container has runAsNonRoot and image will run as root");
    }
  }

  private void refuse(PodView pod, Container container, String reason, String message) {
    parts.configs().users().failed(pod);
    pod.container(container.name()).ifPresent(named -> parts.counts().failed(named, reason));
    memory.waiting.put(container.name(), new PodMemory.Waiting(reason, message));
    memory.retryAt.put(container.name(), parts.clock().instant().plus(CONFIG_RETRY));
    containerEvent(pod, container, PodEvents.Type.WARNING, "Failed", "Error: " + message);
  }

  private void postStart(PodView pod, Container container, String id, PodAddresses addresses) {
    Lifecycle lifecycle = container.lifecycle();
    LifecycleHandler handler = lifecycle == null ? null : lifecycle.postStart();
    if (handler == null) {
      return;
    }
    memory.hooksRunning.add(id);
    String ip = addresses.podIps().isEmpty() ? "" : addresses.podIps().getFirst();
    Thread.ofVirtual()
        .name("post-start-" + container.name())
        .start(() -> {
          boolean succeeded =
              hooks.run(Hooks.Moment.POST_START, pod, handler, container, id, ip, POST_START_MAX);
          inbox.send(() -> postStarted(pod, container, id, succeeded));
        });
  }

  private void postStarted(PodView pod, Container container, String id, boolean succeeded) {
    memory.hooksRunning.remove(id);
    if (!succeeded) {
      stopper.stop(
          pod,
          PodObservation.none(pod.uid()),
          new PodAction.StopContainer(id, container.name(), pod.grace(), "FailedPostStartHook"));
    }
  }

  /** When a volume should be written again although nothing of the cluster changed. */
  Instant volumesStaleAt() {
    return volumes.staleAt();
  }

  /** Writes volumes again; what has not changed is left alone. False when it did not succeed. */
  boolean refreshVolumes(PodView pod, PodObservation observed) {
    try {
      volumes.prepare(pod, addresses(pod, observed));
      return true;
    } catch (VolumeException e) {
      event(pod, PodEvents.Type.WARNING, "FailedMount", e.text());
      return false;
    }
  }

  /** Ends what is under way for a pod that ends. */
  void cancelPulls() {
    pulls.cancel();
  }

  /** Takes an ended pod's volumes and claims away, so that disk, memory and devices are free. */
  void releaseVolumes(PodView pod) throws IOException {
    volumes.release(pod.uid());
    parts.shares().claims().release(pod.uid());
  }

  /** Removes the pod's directories, mounts and cgroup. */
  void removeLocal(PodView pod) throws IOException {
    volumes.remove(pod.uid());
    parts.shares().claims().release(pod.uid());
    parts.cgroups().remove(pod);
  }

  /** The pod's addresses, or the node's with its network. */
  PodAddresses addresses(PodView pod, PodObservation observed) {
    List<String> nodeIps = parts.config().nodeIps();
    List<String> ips =
        pod.hostNetwork()
            ? nodeIps
            : observed.sandbox().map(SandboxSnapshot::ips).orElse(List.of());
    return new PodAddresses(ips, nodeIps);
  }

  private static int sandboxAttempt(PodObservation observed) {
    return observed.sandbox().map(SandboxSnapshot::attempt).orElse(0);
  }

  private void event(PodView pod, PodEvents.Type type, String reason, String message) {
    parts.events().record(pod.pod(), "", type, reason, message);
  }

  private void containerEvent(
      PodView pod, Container container, PodEvents.Type type, String reason, String message) {
    parts.events().record(pod.pod(), pod.fieldPath(container), type, reason, message);
  }
}

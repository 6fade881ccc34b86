package dev.wherry.runtime.builtin.sandbox;

import dev.wherry.proto.cri.v1.ContainerEventType;
import dev.wherry.proto.cri.v1.PodSandbox;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PodSandboxFilter;
import dev.wherry.proto.cri.v1.PodSandboxMetadata;
import dev.wherry.proto.cri.v1.PodSandboxStatus;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.builtin.NodePlace;
import dev.wherry.runtime.builtin.PodEvents;
import dev.wherry.runtime.builtin.StartMounts;
import dev.wherry.runtime.builtin.container.Containers;
import dev.wherry.runtime.builtin.shim.Supervised;
import dev.wherry.runtime.builtin.spec.OciSpec;
import dev.wherry.runtime.builtin.spec.SandboxSpec;
import dev.wherry.runtime.builtin.spec.Signals;
import dev.wherry.runtime.cni.CniAttachment;
import dev.wherry.runtime.cni.CniNetwork;
import dev.wherry.runtime.cri.CriFailures;
import dev.wherry.runtime.cri.SandboxService;
import dev.wherry.runtime.cri.Selectors;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/** Pod sandboxes: made, ended, removed, listed. */
public final class Sandboxes implements SandboxService {
  private static final Duration END_MAX = Duration.ofSeconds(30);
  private static final Duration CLEAN_MAX = Duration.ofSeconds(15);

  private final NodePlace place;
  private final SandboxStore store;
  private final Containers containers;
  private final CniNetwork network;
  private final PodEvents events;
  private final StartMounts startMounts;
  private final BooleanSupplier userNamespaces;
  private final Set<PodSandboxMetadata> beingMade = ConcurrentHashMap.newKeySet();

  /**
   * All that the store knows.
   *
   * @param userNamespaces whether pods can have users of their own
   */
  public Sandboxes(
      NodePlace place,
      SandboxStore store,
      Containers containers,
      CniNetwork network,
      PodEvents events,
      StartMounts startMounts,
      BooleanSupplier userNamespaces) {
    this.place = place;
    this.store = store;
    this.containers = containers;
    this.network = network;
    this.events = events;
    this.startMounts = startMounts;
    this.userNamespaces = userNamespaces;
  }

  @Override
  public String run(PodSandboxConfig config, String runtimeHandler) throws IOException {
    String program = place.shim().runtime().program().getFileName().toString();
    if (!runtimeHandler.isEmpty() && !runtimeHandler.equals(program)) {
      throw new IllegalArgumentException("no runtime handler '" + runtimeHandler + "'");
    }
    if (!beingMade.add(config.getMetadata())) {
      throw taken(config, "being made");
    }
    try {
      for (SandboxEntry entry : store.all()) {
        if (entry.record().config().getMetadata().equals(config.getMetadata())) {
          throw taken(config, "there as " + entry.record().id());
        }
      }
      return make(config, runtimeHandler);
    } finally {
      beingMade.remove(config.getMetadata());
    }
  }

  private static RuntimeException taken(PodSandboxConfig config, String how) {
    PodSandboxMetadata pod = config.getMetadata();
    return Status.ALREADY_EXISTS
        .withDescription(
            "a sandbox of pod %s/%s, attempt %d, is %s"
                .formatted(pod.getNamespace(), pod.getName(), pod.getAttempt(), how))
        .asRuntimeException();
  }

  private String make(PodSandboxConfig config, String handler) throws IOException {
    String id = place.newId();
    boolean systemd = place.shim().runtime().systemd();
    OciSpec spec = new SandboxSpec(id, config, place.pauseRoot(), systemd, place.host()).build();
    if (spec.users().isPresent() && !userNamespaces.getAsBoolean()) {
      throw new IllegalArgumentException(
          "user namespaces: this kernel or " + place.shim().runtime().program() + " has none");
    }
    SandboxEntry entry =
        store.fresh(new SandboxRecord(id, place.shim().now(), place.boot(), handler, config));
    try {
      start(entry, startMounts.make(id, spec, Optional.empty()));
      startMounts.remove(id);
      if (!SandboxSpec.hostNetwork(config)) {
        network.add(attachment(id, netns(entry), config));
      }
      store.add(entry);
    } catch (IOException | RuntimeException e) {
      discard(entry, e);
      throw e;
    }
    events.publish(id, id, ContainerEventType.CONTAINER_CREATED_EVENT);
    events.publish(id, id, ContainerEventType.CONTAINER_STARTED_EVENT);
    return id;
  }

  private void start(SandboxEntry entry, OciSpec spec) throws IOException {
    PodSandboxConfig config = entry.record().config();
    Path bundle = NodePlace.makePrivate(place.runOf(entry.record().id()));
    Files.write(bundle.resolve("config.json"), Trees.bytes(spec.tree()));
    PodFiles.write(bundle, config);
    if (!config.getLogDirectory().isEmpty()) {
      Files.createDirectories(Path.of(config.getLogDirectory()));
    }
    var options = new ArrayList<>(List.of("--silent"));
    options.addAll(Shm.options(config, bundle));
    entry.supervised().start(options);
  }

  private void discard(SandboxEntry entry, Exception cause) {
    try {
      end(entry);
      startMounts.remove(entry.record().id());
      store.remove(entry.record().id());
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void stop(String id) throws IOException {
    Optional<SandboxEntry> entry = store.find(id);
    if (entry.isEmpty()) {
      return;
    }
    entry.get().lock().lock();
    try {
      containers.stopAll(id);
      end(entry.get());
    } finally {
      entry.get().lock().unlock();
    }
  }

  /** Gives the address back while the namespace is there, then ends the process. */
  private void end(SandboxEntry entry) throws IOException {
    network.delete(entry.record().id(), netns(entry));
    Supervised supervised = entry.supervised();
    if (supervised.phase() instanceof Supervised.Phase.Running) {
      supervised.signal(Signals.KILL);
      if (!supervised.awaitEnd(END_MAX)) {
        throw new IOException("sandbox " + entry.record().id() + " does not end when killed");
      }
    }
  }

  @Override
  public void remove(String id) throws IOException {
    Optional<SandboxEntry> entry = store.find(id);
    if (entry.isEmpty()) {
      return;
    }
    stop(id);
    containers.removeAll(id);
    entry.get().lock().lock();
    try {
      if (!entry.get().supervised().awaitGone(CLEAN_MAX)) {
        place.shim().runtime().delete(id);
      }
      store.remove(id);
    } finally {
      entry.get().lock().unlock();
    }
    events.publish(id, id, ContainerEventType.CONTAINER_DELETED_EVENT);
  }

  @Override
  public PodSandboxStatus status(String id) {
    return store
        .find(id)
        .map(entry -> SandboxStatuses.status(entry, network))
        .orElseThrow(() -> CriFailures.notFound("sandbox", id));
  }

  @Override
  public List<PodSandbox> list(PodSandboxFilter filter) {
    return store.all().stream()
        .map(SandboxStatuses::item)
        .filter(item ->
            Selectors.fits(filter.getId(), item.getId())
                && (!filter.hasState() || filter.getState().getState() == item.getState())
                && Selectors.fits(filter.getLabelSelectorMap(), item.getLabelsMap()))
        .toList();
  }

  @Override
  public Optional<Long> processId(String id) {
    return store.find(id).flatMap(entry -> entry.supervised().pid());
  }

  private static String netns(SandboxEntry entry) {
    return entry.supervised().pid().map(pid -> "/proc/" + pid + "/ns/net").orElse("");
  }

  private static CniAttachment attachment(String id, String netns, PodSandboxConfig config) {
    PodSandboxMetadata pod = config.getMetadata();
    return new CniAttachment(
        id,
        netns,
        pod.getNamespace(),
        pod.getName(),
        pod.getUid(),
        CniAttachment.HostPort.of(config.getPortMappingsList()),
        config.getAnnotationsMap());
  }
}

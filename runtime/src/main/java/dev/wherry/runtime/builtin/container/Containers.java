package dev.wherry.runtime.builtin.container;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.wherry.proto.cri.v1.Container;
import dev.wherry.proto.cri.v1.ContainerEventType;
import dev.wherry.proto.cri.v1.ContainerFilter;
import dev.wherry.proto.cri.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.CreateContainerRequest;
import dev.wherry.proto.cri.v1.ExecSyncRequest;
import dev.wherry.proto.cri.v1.ExecSyncResponse;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.UInt64Value;
import dev.wherry.runtime.builtin.ContainerRoots;
import dev.wherry.runtime.builtin.ImageReferences;
import dev.wherry.runtime.builtin.NodePlace;
import dev.wherry.runtime.builtin.PodEvents;
import dev.wherry.runtime.builtin.RootsThreads;
import dev.wherry.runtime.builtin.StartMounts;
import dev.wherry.runtime.builtin.shim.FramedProcess;
import dev.wherry.runtime.builtin.shim.Supervised;
import dev.wherry.runtime.builtin.shim.Supervised.Phase;
import dev.wherry.runtime.builtin.spec.CgroupPlace;
import dev.wherry.runtime.builtin.spec.PodPlace;
import dev.wherry.runtime.builtin.spec.Resources;
import dev.wherry.runtime.builtin.spec.Signals;
import dev.wherry.runtime.builtin.spec.UserIds;
import dev.wherry.runtime.cri.ContainerService;
import dev.wherry.runtime.cri.CriFailures;
import dev.wherry.runtime.cri.Selectors;
import dev.wherry.streaming.remotecommand.RemoteProcess;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Containers of sandboxes: made, started, ended, removed, listed, entered. */
public final class Containers implements ContainerService {
  /** Output beyond this is dropped, as containerd and CRI-O do with 16 MiB. */
  private static final int OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

  /** A killed process that does not end hangs in the kernel. */
  private static final Duration KILL_MAX = Duration.ofSeconds(30);

  private static final Duration CLEAN_MAX = Duration.ofSeconds(15);
  private static final Duration STOP_MAX = Duration.ofDays(365);

  private final NodePlace place;
  private final RootsThreads roots;
  private final ContainerStore store;
  private final StartMounts startMounts;
  private final ContainerCreation creation;
  private final PodLookup pods;
  private final PodEvents events;
  private final ScheduledExecutorService timer;
  private final AtomicLong execs = new AtomicLong();

  /**
   * None yet; {@link #load} finds those of before.
   *
   * @param recursiveReadOnly whether the OCI runtime can mount so
   */
  public Containers(
      NodePlace place,
      RootsThreads roots,
      StartMounts startMounts,
      ImageReferences images,
      PodLookup pods,
      PodEvents events,
      ScheduledExecutorService timer,
      BooleanSupplier recursiveReadOnly) {
    this.place = place;
    this.roots = roots;
    this.pods = pods;
    this.events = events;
    this.timer = timer;
    this.startMounts = startMounts;
    this.store = new ContainerStore(place, roots, startMounts, this::ended);
    this.creation =
        new ContainerCreation(place, roots, startMounts, images, store, pods, recursiveReadOnly);
  }

  /** Takes up the containers of an earlier process; none is started or ended by that. */
  public void load() throws IOException {
    store.load();
  }

  private void ended(String id) {
    store.find(id).ifPresent(entry -> publish(entry, ContainerEventType.CONTAINER_STOPPED_EVENT));
  }

  private void publish(ContainerEntry entry, ContainerEventType type) {
    events.publish(entry.record().id(), entry.record().sandboxId(), type);
  }

  @Override
  public String create(CreateContainerRequest request) throws IOException {
    ContainerEntry entry = creation.create(request);
    publish(entry, ContainerEventType.CONTAINER_CREATED_EVENT);
    return entry.record().id();
  }

  @Override
  public void start(String id) throws IOException {
    ContainerEntry entry = require(id);
    entry.lock().lock();
    try {
      if (!(entry.supervised().phase() instanceof Phase.Created)) {
        throw Status.FAILED_PRECONDITION
            .withDescription("container " + id + " was started before")
            .asRuntimeException();
      }
      ContainerRecord record = entry.record();
      PodPlace pod =
          pods.place(record.sandboxId())
              .orElseThrow(() -> CriFailures.notFound("running sandbox", record.sandboxId()));
      try {
        entry.supervised().start(options(record, pod));
      } finally {
        startMounts.release(id);
      }
    } finally {
      entry.lock().unlock();
    }
    publish(entry, ContainerEventType.CONTAINER_STARTED_EVENT);
  }

  private List<String> options(ContainerRecord record, PodPlace pod) throws IOException {
    List<String> options = owner(record);
    if (!record.logPath().isEmpty()) {
      Files.createDirectories(Path.of(record.logPath()).toAbsolutePath().getParent());
      options.addAll(List.of("--log", record.logPath()));
    }
    if (record.config().getTty()) {
      options.add("--tty");
    }
    if (record.config().getStdin()) {
      options.add("--stdin");
    }
    if (record.config().getStdinOnce()) {
      options.add("--stdin-once");
    }
    Path kills =
        CgroupPlace.of(pod.cgroupParent(), record.id(), pod.systemd())
            .memoryKills(place.host().unifiedCgroups());
    options.addAll(List.of("--oom", kills.toString()));
    return options;
  }

  /** Who gets the ends of its pipes: root of its user namespace. */
  private static List<String> owner(ContainerRecord record) {
    return UserIds.of(record.config().getLinux().getSecurityContext().getNamespaceOptions())
        .map(ids -> new ArrayList<>(List.of("--owner", Long.toString(ids.uid()))))
        .orElseGet(ArrayList::new);
  }

  @Override
  public void stop(String id, long timeoutSeconds) throws IOException {
    Optional<ContainerEntry> entry = store.find(id);
    if (entry.isPresent()) {
      Duration grace = Duration.ofSeconds(Math.clamp(timeoutSeconds, 0, STOP_MAX.toSeconds()));
      stop(entry.get(), grace);
    }
  }

  // Without the lock: a second call with a shorter grace must get through (kubelet's escalation).
  private void stop(ContainerEntry entry, Duration grace) throws IOException {
    Supervised supervised = entry.supervised();
    if (!(supervised.phase() instanceof Phase.Running)) {
      return;
    }
    if (grace.isPositive()) {
      supervised.signal(Signals.number(entry.record().stopSignal()));
      if (supervised.awaitEnd(grace)) {
        return;
      }
    }
    supervised.signal(Signals.KILL);
    if (!supervised.awaitEnd(KILL_MAX)) {
      throw Status.DEADLINE_EXCEEDED
          .withDescription("container " + entry.record().id() + " does not end when killed")
          .asRuntimeException();
    }
  }

  @Override
  public void remove(String id) throws IOException {
    Optional<ContainerEntry> found = store.find(id);
    if (found.isEmpty()) {
      return;
    }
    ContainerEntry entry = found.get();
    entry.lock().lock();
    try {
      stop(entry, Duration.ZERO);
      if (!entry.supervised().awaitGone(CLEAN_MAX)) {
        place.shim().runtime().delete(id);
      }
      store.remove(entry);
    } finally {
      entry.lock().unlock();
    }
    publish(entry, ContainerEventType.CONTAINER_DELETED_EVENT);
  }

  /** Kills everything in a sandbox and waits for the ends. */
  public void stopAll(String sandboxId) throws IOException {
    List<ContainerEntry> inside = in(sandboxId);
    for (ContainerEntry entry : inside) {
      if (entry.supervised().phase() instanceof Phase.Running) {
        entry.supervised().signal(Signals.KILL);
      }
    }
    for (ContainerEntry entry : inside) {
      stop(entry, Duration.ZERO);
    }
  }

  /** Removes everything in a sandbox. */
  public void removeAll(String sandboxId) throws IOException {
    for (ContainerEntry entry : in(sandboxId)) {
      remove(entry.record().id());
    }
  }

  private List<ContainerEntry> in(String sandboxId) {
    return store.all().stream().filter(e -> e.record().sandboxId().equals(sandboxId)).toList();
  }

  @Override
  public ContainerStatus status(String id) {
    return ContainerStatuses.status(require(id));
  }

  /** The statuses of a sandbox's containers, oldest first. */
  public List<ContainerStatus> statusesIn(String sandboxId) {
    return in(sandboxId).stream().map(ContainerStatuses::status).toList();
  }

  @Override
  public List<Container> list(ContainerFilter filter) {
    return store.all().stream()
        .map(ContainerStatuses::item)
        .filter(item ->
            Selectors.fits(filter.getId(), item.getId())
                && Selectors.fits(filter.getPodSandboxId(), item.getPodSandboxId())
                && (!filter.hasState() || filter.getState().getState() == item.getState())
                && Selectors.fits(filter.getLabelSelectorMap(), item.getLabelsMap()))
        .toList();
  }

  @Override
  public void update(String id, LinuxContainerResources resources) throws IOException {
    ContainerEntry entry = require(id);
    entry.lock().lock();
    try {
      ContainerRecord changed =
          entry.record().withResources(Resources.merged(entry.record().resources(), resources));
      ObjectNode tree = Resources.tree(changed.resources(), place.host());
      switch (entry.supervised().phase()) {
        case Phase.Created _ -> Bundle.limit(entry.supervised().runFolder(), tree);
        case Phase.Running _ -> place.shim().runtime().update(id, tree);
        case Phase.Over _ ->
            throw Status.FAILED_PRECONDITION
                .withDescription("container " + id + " has ended")
                .asRuntimeException();
      }
      changed.write(store.folder(id));
      entry.replace(changed);
    } finally {
      entry.lock().unlock();
    }
  }

  @Override
  public void reopenLog(String id) throws IOException {
    require(id).supervised().reopenLog();
  }

  @Override
  public void requireKnown(String id) {
    require(id);
  }

  private ContainerEntry require(String id) {
    return store.find(id).orElseThrow(() -> CriFailures.notFound("container", id));
  }

  private Supervised requireRunning(String id) {
    Supervised supervised = require(id).supervised();
    if (!(supervised.phase() instanceof Phase.Running)) {
      throw Status.FAILED_PRECONDITION
          .withDescription("container " + id + " does not run")
          .asRuntimeException();
    }
    return supervised;
  }

  @Override
  public Optional<Long> processId(String id) {
    return store.find(id).flatMap(entry -> entry.supervised().pid());
  }

  @Override
  public Optional<FilesystemUsage> writableLayer(String id) {
    try {
      ContainerRoots.Usage usage = roots.call(r -> r.usage(id));
      return Optional.of(
          FilesystemUsage.newBuilder()
              .setTimestamp(place.shim().now())
              .setUsedBytes(UInt64Value.newBuilder().setValue(usage.bytes()))
              .setInodesUsed(UInt64Value.newBuilder().setValue(usage.inodes()))
              .build());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Starts a command in a running container. */
  public FramedProcess exec(String id, List<String> command, boolean terminal, boolean stdin)
      throws IOException {
    Supervised supervised = requireRunning(id);
    Path folder = supervised.runFolder();
    List<String> options = owner(require(id).record());
    if (stdin) {
      options.add("--stdin");
    }
    return FramedProcess.exec(
        place.shim(),
        id,
        folder.resolve("exec-" + execs.incrementAndGet()),
        Bundle.process(folder, command, terminal),
        options);
  }

  /** Joins a container's first process. */
  public RemoteProcess attach(
      String id, boolean stdin, boolean stdout, boolean stderr, boolean terminal)
      throws IOException {
    FramedProcess process = requireRunning(id).attach(stdin, stdout, stderr, terminal);
    boolean endsIt = require(id).record().config().getStdinOnce() && !terminal;
    return endsIt ? process : process.leavingWithItsInput();
  }

  @Override
  public ExecSyncResponse execSync(ExecSyncRequest request) throws IOException {
    var timedOut = new AtomicBoolean();
    try (FramedProcess command =
        exec(request.getContainerId(), request.getCmdList(), false, false)) {
      Optional<ScheduledFuture<?>> alarm =
          request.getTimeout() <= 0
              ? Optional.empty()
              : Optional.of(
                  timer.schedule(
                      () -> {
                        timedOut.set(true);
                        command.kill();
                      },
                      request.getTimeout(),
                      TimeUnit.SECONDS));
      try {
        ExecSyncResponse response = gather(command);
        if (timedOut.get()) {
          throw Status.DEADLINE_EXCEEDED
              .withDescription("command timed out after " + request.getTimeout() + " s")
              .asRuntimeException();
        }
        return response;
      } finally {
        alarm.ifPresent(a -> a.cancel(false));
      }
    }
  }

  private static ExecSyncResponse gather(FramedProcess command) throws IOException {
    var out = ByteString.newOutput();
    var err = ByteString.newOutput();
    for (var piece = command.read(); piece.isPresent(); piece = command.read()) {
      ByteString.Output to = piece.get().stderr() ? err : out;
      byte[] bytes = new byte[piece.get().bytes().remaining()];
      piece.get().bytes().get(bytes);
      to.write(bytes, 0, Math.min(bytes.length, Math.max(0, OUTPUT_BYTES_MAX - to.size())));
    }
    return ExecSyncResponse.newBuilder()
        .setStdout(out.toByteString())
        .setStderr(err.toByteString())
        .setExitCode(command.exitCode())
        .build();
  }

  /** Watches none any longer; all go on. */
  public void detach() {
    store.all().forEach(entry -> entry.supervised().detach());
  }
}

package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.ContainerEventType;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.runtime.DaemonCgroup;
import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.ShimBinary;
import dev.wherry.runtime.StreamingEndpoint;
import dev.wherry.runtime.builtin.container.Containers;
import dev.wherry.runtime.builtin.sandbox.SandboxStore;
import dev.wherry.runtime.builtin.sandbox.Sandboxes;
import dev.wherry.runtime.builtin.shim.OciRuntime;
import dev.wherry.runtime.builtin.shim.ShimSetup;
import dev.wherry.runtime.builtin.shim.Started;
import dev.wherry.runtime.builtin.spec.HostFacts;
import dev.wherry.runtime.cni.CniNetwork;
import dev.wherry.runtime.cri.CriFailures;
import dev.wherry.runtime.cri.RuntimeCalls;
import dev.wherry.runtime.cri.Stats;
import dev.wherry.runtime.streams.StreamingServer;
import dev.wherry.streaming.socket.SocketServer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;

/**
 * CRI over runc or crun, served in this process. Closing it ends no container; a later start, also
 * of another process, finds them again.
 */
public final class BuiltInRuntime implements AutoCloseable {
  /** Supervisors go last when memory runs out, as the kubelet's own processes do. */
  private static final int SUPERVISOR_OOM_SCORE = -999;

  private static final System.Logger LOG = System.getLogger(BuiltInRuntime.class.getName());

  private final SocketServer server;
  private final StreamingEndpoint streaming;
  private final Containers containers;
  private final SandboxStore sandboxes;
  private final EventHub events;
  private final RootsThreads roots;
  private final ScheduledExecutorService timer;

  private BuiltInRuntime(
      SocketServer server,
      StreamingEndpoint streaming,
      Containers containers,
      SandboxStore sandboxes,
      EventHub events,
      RootsThreads roots,
      ScheduledExecutorService timer) {
    this.server = server;
    this.streaming = streaming;
    this.containers = containers;
    this.sandboxes = sandboxes;
    this.events = events;
    this.roots = roots;
    this.timer = timer;
  }

  /**
   * Finds the containers of before, then serves.
   *
   * @param images their roots
   * @param imageService served on the same socket
   */
  public static BuiltInRuntime start(
      BuiltInConfig config,
      ContainerRoots images,
      ImageServiceGrpc.ImageServiceImplBase imageService,
      InstantSource clock)
      throws IOException {
    NodePlace place = place(config, clock);
    OciRuntime program = place.shim().runtime();
    BooleanSupplier recursiveReadOnly = new Once(program::hasRecursiveReadOnly);
    var network =
        new CniNetwork(
            config.cniConfigurationDirectory(),
            config.cniPluginPath(),
            config.stateDirectory().resolve("cni"));
    var roots = new RootsThreads(images);
    var startMounts = new StartMounts(config.mountDirectory(), roots);
    BooleanSupplier userNamespaces = new Once(() -> userNamespaces(program, startMounts));
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("built-in-runtime-timer").factory());
    var hub = new EventHub();
    var events = new LatePodEvents(hub, clock);
    var store =
        new SandboxStore(
            place, id -> events.publish(id, id, ContainerEventType.CONTAINER_STOPPED_EVENT));
    var containers =
        new Containers(
            place,
            roots,
            startMounts,
            new ServedReferences(imageService),
            store,
            events,
            timer,
            recursiveReadOnly);
    var sandboxes =
        new Sandboxes(place, store, containers, network, events, startMounts, userNamespaces);
    events.knows(sandboxes, containers);
    store.load();
    containers.load();
    var streams = new BuiltInStreams(containers, sandboxes, place.shim().shim());
    StreamingEndpoint streaming = StreamingServer.start(streams, clock);
    var calls =
        new RuntimeCalls(
            new RuntimeCalls.Parts(
                new BuiltInFacts(config, recursiveReadOnly, userNamespaces),
                sandboxes,
                containers,
                new Stats(containers, sandboxes, clock),
                hub,
                streaming,
                network,
                BuiltInRuntime::status));
    SocketServer server =
        SocketServer.start(
            config.criSocket(), SocketServer.Bounds.RUNTIME, List.of(calls, imageService));
    return new BuiltInRuntime(server, streaming, containers, store, hub, roots, timer);
  }

  private static boolean userNamespaces(OciRuntime program, StartMounts mounts) {
    Optional<String> problem =
        program.hasUserNamespaces()
            ? mounts.problem()
            : Optional.of(program.program() + " has none (runc has since 1.1, crun since 1.8.6)");
    problem.ifPresent(why -> LOG.log(Level.INFO, "pods get no user namespaces here: {0}", why));
    return problem.isEmpty();
  }

  private static NodePlace place(BuiltInConfig config, InstantSource clock) throws IOException {
    Path state = NodePlace.makePrivate(config.stateDirectory());
    Path run = NodePlace.makePrivate(config.runDirectory());
    Path shim = ShimBinary.install(state.resolveSibling("bin"));
    HostFacts host = HostFacts.look();
    String cgroup = "wherry-supervisors-" + RunDirectory.name(state);
    var setup =
        new ShimSetup(
            shim,
            new OciRuntime(
                config.runtimeProgram(), BuiltInLeftovers.ociState(run), config.systemdCgroups()),
            DaemonCgroup.exits(cgroup),
            host.oomScore().clamp(SUPERVISOR_OOM_SCORE),
            clock);
    return new NodePlace(
        state,
        run,
        PauseRoot.make(state, shim),
        setup,
        host,
        Started.currentBoot(),
        new SecureRandom());
  }

  private static StatusRuntimeException status(Exception failure) {
    return failure instanceof NoSuchImageException missing
        ? Status.NOT_FOUND.withDescription(missing.getMessage()).asRuntimeException()
        : failure instanceof IOException io
            ? Status.UNKNOWN.withDescription(String.valueOf(io.getMessage())).asRuntimeException()
            : CriFailures.status(failure);
  }

  @Override
  public void close() throws IOException {
    events.close();
    server.close();
    streaming.close();
    containers.detach();
    sandboxes.detach();
    timer.shutdown();
    roots.close();
  }
}

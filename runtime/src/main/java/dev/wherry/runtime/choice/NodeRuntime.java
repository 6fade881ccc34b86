package dev.wherry.runtime.choice;

import dev.wherry.machinery.time.Timer;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.ContainerdDaemon;
import dev.wherry.runtime.DockerShim;
import dev.wherry.runtime.DockerShimConfig;
import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.builtin.BuiltInConfig;
import dev.wherry.runtime.builtin.BuiltInLeftovers;
import dev.wherry.runtime.builtin.BuiltInRuntime;
import dev.wherry.runtime.images.ImageArchives;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.service.BuiltInImages;
import dev.wherry.streaming.socket.SocketServer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The runtime of a worker, chosen, opened and remembered. Closing it ends no container and no
 * daemon.
 */
public final class NodeRuntime implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NodeRuntime.class.getName());
  private static final Duration CALL = Duration.ofSeconds(10);

  /**
   * What a runtime is opened with.
   *
   * @param images imported ones
   * @param mirror offers them
   * @param host what runs here already
   * @param version of this program, as nodes report it
   * @param systemdCgroups whether systemd makes the cgroups of the built-in runtime's containers
   */
  public record Setup(
      Path dataDirectory,
      ImageStore images,
      ImageMirror mirror,
      HostRuntimes host,
      Timer timer,
      RandomGenerator random,
      String version,
      boolean systemdCgroups) {}

  private final RememberedRuntime remembered;
  private final Path cniDirectory;
  private final Deque<AutoCloseable> parts;
  private final Optional<ContainerdConfig> started;

  private NodeRuntime(
      RememberedRuntime remembered,
      Path cniDirectory,
      Deque<AutoCloseable> parts,
      Optional<ContainerdConfig> started) {
    this.remembered = remembered;
    this.cniDirectory = cniDirectory;
    this.parts = parts;
    this.started = started;
  }

  /**
   * Decides, opens and remembers. Blocks until the runtime answers.
   *
   * @throws IOException with a sentence for the user
   */
  public static NodeRuntime open(Setup setup, RuntimeChoice choice)
      throws IOException, InterruptedException {
    Optional<RememberedRuntime> before = RememberedRuntime.read(setup.dataDirectory());
    Decision decision = Decision.of(choice, before, setup.host());
    decision
        .remarks()
        .forEach(remark -> LOG.log(Level.WARNING, "runtime passed over: {0}", remark));
    NodeRuntime opened =
        switch (decision.runtime()) {
          case Decision.Runtime.BuiltIn(OciProgram program) -> builtIn(setup, program, before);
          case Decision.Runtime.Own _ -> own(setup);
          case Decision.Runtime.Docker(Path socket) -> docker(setup, socket);
          case Decision.Runtime.Foreign(CriVerdict.Usable cri) -> foreign(setup, cri);
        };
    if (before.isPresent() && before.get().kind() != opened.remembered.kind()) {
      LOG.log(
          Level.WARNING,
          "runtime changed from={0} to={1}: pods of the former one stay there until it is cleaned",
          before.get().kind(),
          opened.remembered.kind());
    }
    opened.parts.addLast(() -> RunDirectory.removeIfEmpty(setup.dataDirectory()));
    opened.remembered.write(setup.dataDirectory());
    LOG.log(
        Level.INFO, "runtime={0} socket={1}", opened.remembered.kind(), opened.remembered.socket());
    return opened;
  }

  private static NodeRuntime builtIn(
      Setup setup, OciProgram program, Optional<RememberedRuntime> before) throws IOException {
    Path data = setup.dataDirectory();
    refuseOtherFamily(setup, program, before);
    Path run = RunDirectory.of(data);
    Path socket = run.resolve("builtin.sock");
    Path cni = data.resolve("cni/net.d");
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    BuiltInImages images = BuiltInImages.open(data, setup.images(), setup.timer(), setup.random());
    parts.push(images);
    BuiltInConfig config =
        new BuiltInConfig(
            socket,
            data.resolve("builtin"),
            run.resolve(BuiltInConfig.RUN_FOLDER),
            RunDirectory.mounts(data),
            cni,
            DockerShimConfig.CNI_PLUGIN_PATH,
            program.path(),
            setup.systemdCgroups(),
            setup.version());
    parts.push(BuiltInRuntime.start(config, images.roots(), images.service(), setup.timer()));
    return new NodeRuntime(
        new RememberedRuntime(RememberedRuntime.Kind.BUILTIN, socket, socket, program),
        cni,
        parts,
        Optional.empty());
  }

  /** OCI runtimes do not find each other's containers (decision 0624). */
  private static void refuseOtherFamily(
      Setup setup, OciProgram program, Optional<RememberedRuntime> before) throws IOException {
    Path data = setup.dataDirectory();
    int containers = BuiltInLeftovers.count(data);
    if (containers == 0) {
      return;
    }
    OciProgram had =
        before
            .map(RememberedRuntime::oci)
            .filter(known -> !known.equals(OciProgram.NONE))
            .or(() -> setup.host().ociRuntime(""))
            .orElse(program);
    if (!had.family().equals(program.family())) {
      throw new RuntimeUnavailableException(
          ("%d containers of %s run on %s, and %s does not find them: give --oci-runtime=%s, or end"
                  + " them first (wherry down, or a reboot)")
              .formatted(containers, data, had.path(), program.path(), had.path()));
    }
  }

  private static NodeRuntime own(Setup setup) throws IOException, InterruptedException {
    ContainerdConfig config = ContainerdConfig.under(setup.dataDirectory());
    boolean started = ContainerdDaemon.ensureRunning(config, setup.images(), setup.mirror());
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    parts.push(DaemonWatch.start(config, setup.images(), setup.mirror()));
    return new NodeRuntime(
        new RememberedRuntime(RememberedRuntime.Kind.OWN, config.socket(), config.socket()),
        config.cniConfigurationDirectory(),
        parts,
        started ? Optional.of(config) : Optional.empty());
  }

  private static NodeRuntime docker(Setup setup, Path dockerSocket) throws IOException {
    Path data = setup.dataDirectory();
    Path socket = RunDirectory.of(data).resolve("docker-shim.sock");
    Path cni = data.resolve("cni/net.d");
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    parts.push(
        DockerShim.start(
            new DockerShimConfig(
                dockerSocket,
                socket,
                data.resolve("docker"),
                cni,
                DockerShimConfig.CNI_PLUGIN_PATH,
                RunDirectory.name(data)),
            setup.images(),
            setup.mirror(),
            setup.timer()));
    return new NodeRuntime(
        new RememberedRuntime(RememberedRuntime.Kind.DOCKER, socket, socket),
        cni,
        parts,
        Optional.empty());
  }

  private static NodeRuntime foreign(Setup setup, CriVerdict.Usable cri) throws IOException {
    if (!cri.isContainerd()) {
      return new NodeRuntime(
          new RememberedRuntime(RememberedRuntime.Kind.FOREIGN, cri.socket(), cri.socket()),
          cri.cniDirectory(),
          new ArrayDeque<>(),
          Optional.empty());
    }
    Path socket = RunDirectory.of(setup.dataDirectory()).resolve("images.sock");
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    CriConnection connection = new CriConnection(cri.socket());
    parts.push(connection);
    ContainerdImport importer = new ContainerdImport(cri.socket());
    parts.push(
        SocketServer.start(
            socket,
            SocketServer.Bounds.RUNTIME,
            List.of(new OfferedImages(connection, setup.images(), importer))));
    ensureSandboxImage(connection, importer, cri.sandboxImage());
    return new NodeRuntime(
        new RememberedRuntime(RememberedRuntime.Kind.FOREIGN, cri.socket(), socket),
        cri.cniDirectory(),
        parts,
        Optional.empty());
  }

  /** Without a registry a foreign containerd could start no pod for want of its pause image. */
  private static void ensureSandboxImage(
      CriConnection connection, ContainerdImport importer, String name) throws IOException {
    ImageSpec spec = ImageSpec.newBuilder().setImage(name).build();
    if (name.isEmpty()
        || connection
            .images(CALL)
            .imageStatus(ImageStatusRequest.newBuilder().setImage(spec).build())
            .hasImage()) {
      return;
    }
    importer.archive(out -> out.write(ImageArchives.pause(name)));
    LOG.log(Level.INFO, "sandbox image imported name={0}", name);
  }

  /** The runtime's socket, as kubelets write it. */
  public String endpoint() {
    return RuntimeChoice.SOCKET_SCHEME + remembered.socket();
  }

  /** The image service's socket, which may be another one. */
  public String imageEndpoint() {
    return RuntimeChoice.SOCKET_SCHEME + remembered.imageSocket();
  }

  /** Where the runtime looks for the pod network's conflist. */
  public Path cniDirectory() throws IOException {
    return Files.createDirectories(cniDirectory);
  }

  /** Whose runtime it is. */
  public RememberedRuntime.Kind kind() {
    return remembered.kind();
  }

  /** Closes it and ends the daemon that was started with it: the worker's start has failed. */
  public void discard() throws Exception {
    close();
    if (started.isPresent()) {
      boolean unused = ContainerdDaemon.stop(started.get());
    }
  }

  @Override
  public void close() throws Exception {
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
  }
}

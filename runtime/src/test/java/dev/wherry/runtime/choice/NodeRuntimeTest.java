package dev.wherry.runtime.choice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.StatusRequest;
import dev.wherry.proto.cri.v1.VersionRequest;
import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.ContainerdDaemon;
import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.fixture.Await;
import dev.wherry.runtime.fixture.PrivateDocker;
import dev.wherry.runtime.images.ImageArchives;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Real daemons with paths of their own, opened as a worker opens them. */
@EnabledIf("dev.wherry.runtime.fixture.PrivateContainerd#isAvailable")
class NodeRuntimeTest {
  private static final Duration CALL = Duration.ofSeconds(60);
  private static final ImageName NAME = ImageName.parse("docker.io/library/offered:1");
  private static final ImageSpec SPEC = ImageSpec.newBuilder().setImage(NAME.toString()).build();

  /** A foreign containerd as Debian configures it, but for its paths. */
  private static final String FOREIGN =
      """
      version = 2
      root = "%1$s/root"
      state = "%1$s/state"
      disabled_plugins = [%2$s]
      [grpc]
        address = "%1$s/c.sock"
      [plugins."io.containerd.grpc.v1.cri"]
        restrict_oom_score_adj = true
        [plugins."io.containerd.grpc.v1.cri".cni]
          bin_dir = "/usr/lib/cni"
          conf_dir = "%1$s/cni"
      [plugins."io.containerd.internal.v1.opt"]
        path = "%1$s/opt"
      """;

  @TempDir Path folder;
  private final SystemTimer timer = new SystemTimer();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private ImageStore store;
  private ImageMirror mirror;

  @BeforeEach
  void start() throws Exception {
    store = new ImageStore(folder.resolve("images"));
    store.importArchive(new ByteArrayInputStream(ImageArchives.pause()), Optional.of(NAME));
    mirror = ImageMirror.start(store, folder.resolve("mirror"));
    parts.push(mirror);
    Path run = RunDirectory.of(folder);
    parts.push(() -> {
      Files.deleteIfExists(run.resolve("images.sock"));
      Files.deleteIfExists(run.resolve("docker-shim.sock"));
    });
  }

  @AfterEach
  void stop() throws Exception {
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
    timer.close();
  }

  private NodeRuntime open(HostRuntimes host, RuntimeChoice choice) throws Exception {
    NodeRuntime runtime =
        NodeRuntime.open(
            new NodeRuntime.Setup(
                folder, store, mirror, host, timer, new java.util.Random(1), "1.36.0", false),
            choice);
    parts.push(runtime);
    return runtime;
  }

  private Path foreign(String disabledPlugins) throws Exception {
    Path root = Files.createTempDirectory(Path.of("/tmp"), "wf");
    Path config = root.resolve("config.toml");
    Files.writeString(config, FOREIGN.formatted(root, disabledPlugins));
    Process process =
        new ProcessBuilder("/usr/bin/containerd", "--config", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("log").toFile())
            .start();
    parts.push(() -> {
      process.destroy();
      process.onExit().join();
      new ProcessBuilder("rm", "-rf", root.toString()).start().waitFor();
    });
    Path socket = root.resolve("c.sock");
    Await.until("containerd answers", () -> LookedAtHost.silence(socket).isEmpty());
    return socket;
  }

  private static Path path(String endpoint) {
    return Path.of(endpoint.substring(RuntimeChoice.SOCKET_SCHEME.length()));
  }

  private Image pulled(NodeRuntime runtime) {
    try (CriConnection images = new CriConnection(path(runtime.imageEndpoint()))) {
      images.images(CALL).pullImage(PullImageRequest.newBuilder().setImage(SPEC).build());
      return images
          .images(CALL)
          .imageStatus(ImageStatusRequest.newBuilder().setImage(SPEC).build())
          .getImage();
    }
  }

  @Test
  void foreignContainerd_getsImportedImagesAndItsSandboxImage() throws Exception {
    Path socket = foreign("");
    LookedAtHost host = new LookedAtHost(socket, folder.resolve("no-docker"));
    Await.until("CRI is up", () -> host.containerd() instanceof CriVerdict.Usable);

    NodeRuntime runtime = open(host, new RuntimeChoice.Auto());

    assertEquals(RememberedRuntime.Kind.FOREIGN, runtime.kind());
    assertEquals(socket.resolveSibling("cni"), runtime.cniDirectory());
    assertEquals(socket, path(runtime.endpoint()));
    assertTrue(
        pulled(runtime)
            .getRepoDigestsList()
            .contains(NAME.repository() + "@" + store.find(NAME).orElseThrow().digest()));
    CriVerdict.Usable seen = assertInstanceOf(CriVerdict.Usable.class, host.at(socket));
    try (CriConnection cri = new CriConnection(socket)) {
      ImageSpec sandbox = ImageSpec.newBuilder().setImage(seen.sandboxImage()).build();
      assertTrue(
          cri.images(CALL)
              .imageStatus(ImageStatusRequest.newBuilder().setImage(sandbox).build())
              .hasImage());
    }
  }

  @Test
  void containerdWithoutCri_isSeenAndExplained() throws Exception {
    Path socket = foreign("\"io.containerd.grpc.v1.cri\"");

    CriVerdict verdict = new LookedAtHost(socket, folder.resolve("no-docker")).containerd();

    CriVerdict.Unusable unusable = assertInstanceOf(CriVerdict.Unusable.class, verdict);
    assertTrue(unusable.why().contains("disabled_plugins"), unusable.why());
  }

  @Test
  @EnabledIf("dev.wherry.runtime.fixture.PrivateDocker#isAvailable")
  void docker_isServedByTheShim() throws Exception {
    PrivateDocker docker = PrivateDocker.start();
    parts.push(docker);
    LookedAtHost host = new LookedAtHost(folder.resolve("no-containerd"), docker.socket());

    NodeRuntime runtime = open(host, new RuntimeChoice.Auto());

    assertEquals(RememberedRuntime.Kind.DOCKER, runtime.kind());
    assertTrue(runtime.endpoint().length() < RunDirectory.SOCKET_BYTES_MAX);
    assertEquals(NAME.toString(), pulled(runtime).getRepoTags(0));
    try (CriConnection cri = new CriConnection(path(runtime.endpoint()))) {
      assertEquals(
          "docker",
          cri.runtime(CALL).version(VersionRequest.getDefaultInstance()).getRuntimeName());
    }
  }

  @Test
  void auto_whereNothingRuns_isBuiltInWithItsImages() throws Exception {
    LookedAtHost nothing =
        new LookedAtHost(folder.resolve("no-containerd"), folder.resolve("no-docker"));
    parts.push(() ->
        new ProcessBuilder("rm", "-rf", RunDirectory.of(folder).toString()).start().waitFor());

    NodeRuntime runtime = open(nothing, new RuntimeChoice.Auto());

    assertEquals(RememberedRuntime.Kind.BUILTIN, runtime.kind());
    assertEquals(NAME.toString(), pulled(runtime).getRepoTags(0));
    try (CriConnection cri = new CriConnection(path(runtime.endpoint()))) {
      assertEquals(
          "wherry",
          cri.runtime(CALL).version(VersionRequest.getDefaultInstance()).getRuntimeName());
    }
  }

  /** An OCI runtime that is of a family, writes its calls down and is runc for the rest. */
  private Path program(String family) throws Exception {
    Path program = folder.resolve(family);
    Files.writeString(
        program,
        """
        #!/bin/sh
        echo "$@" >> %1$s.calls
        [ "$1" = --version ] && echo "%2$s version 1.2.3" && exit 0
        exec runc "$@"
        """
            .formatted(program, family));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }

  @Test
  void ociRuntime_ofTheFlag_isUsedRememberedAndNotChangedUnderContainers() throws Exception {
    LookedAtHost nothing =
        new LookedAtHost(folder.resolve("no-containerd"), folder.resolve("no-docker"));
    Path run = RunDirectory.of(folder);
    parts.push(() -> new ProcessBuilder("rm", "-rf", run.toString()).start().waitFor());
    Path own = program("youki");
    Path other = program("other");
    NodeRuntime first = open(nothing, RuntimeChoice.parse("builtin", own.toString()));
    StatusRequest ask = StatusRequest.getDefaultInstance();
    try (CriConnection cri = new CriConnection(path(first.endpoint()))) {
      assertEquals("youki", cri.runtime(CALL).status(ask).getRuntimeHandlers(1).getName());
    }
    String calls = Files.readString(Path.of(own + ".calls"));
    assertTrue(calls.contains(" features\n"), "its own features are asked for: " + calls);
    first.close();
    OciProgram had = RememberedRuntime.read(folder).orElseThrow().oci();
    assertEquals(new OciProgram(own, "youki"), had);

    Path container = Files.createDirectories(run.resolve("b/oci/0123"));
    RuntimeChoice changed = RuntimeChoice.parse("builtin", other.toString());
    String refused =
        assertThrows(RuntimeUnavailableException.class, () -> open(nothing, changed)).getMessage();
    assertTrue(refused.contains("1 containers of " + folder + " run on " + own), refused);
    assertTrue(refused.contains("--oci-runtime=" + own), refused);
    open(nothing, RuntimeChoice.parse("auto", "")).close();
    assertEquals(had, RememberedRuntime.read(folder).orElseThrow().oci());

    Files.delete(container);
    open(nothing, changed).close();
    OciProgram now = RememberedRuntime.read(folder).orElseThrow().oci();
    assertEquals(new OciProgram(other, "other"), now);
  }

  @Test
  void hasControllers_ofAHybridLayout_isWhatCrunRefuses() throws Exception {
    assertFalse(LookedAtHost.hasControllers(folder));
    Files.writeString(folder.resolve("cgroup.controllers"), "\n");
    assertFalse(LookedAtHost.hasControllers(folder));
    Files.writeString(folder.resolve("cgroup.controllers"), "hugetlb\n");
    assertTrue(LookedAtHost.hasControllers(folder));
  }

  @Test
  void ownContainerd_thatDied_isStartedAgain() throws Exception {
    LookedAtHost nothing =
        new LookedAtHost(folder.resolve("no-containerd"), folder.resolve("no-docker"));
    ContainerdConfig config = ContainerdConfig.under(folder);
    parts.push(() -> {
      ContainerdDaemon.stop(config);
      new ProcessBuilder("rm", "-rf", RunDirectory.of(folder).toString()).start().waitFor();
    });
    NodeRuntime runtime = open(nothing, RuntimeChoice.parse("containerd"));
    assertEquals(RememberedRuntime.Kind.OWN, runtime.kind());
    assertEquals(
        Optional.of(RememberedRuntime.Kind.OWN),
        RememberedRuntime.read(folder).map(RememberedRuntime::kind));
    ProcessHandle first = ContainerdDaemon.find(config).orElseThrow();

    first.destroyForcibly();
    first.onExit().join();

    LookedAtHost own = new LookedAtHost(config.socket(), folder.resolve("no-docker"));
    Await.until("containerd is back", () -> own.containerd() instanceof CriVerdict.Usable);
    assertTrue(ContainerdDaemon.find(config).orElseThrow().pid() != first.pid());
    assertTrue(pulled(runtime).getRepoDigestsCount() > 0);
  }
}

package dev.wherry.runtime.choice;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.proto.cri.v1.ListPodSandboxRequest;
import dev.wherry.proto.cri.v1.StatusRequest;
import dev.wherry.proto.cri.v1.VersionRequest;
import dev.wherry.proto.cri.v1.VersionResponse;
import dev.wherry.runtime.OomScore;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.builtin.shim.OciRuntime;
import dev.wherry.runtime.docker.DockerConnection;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at the real host.
 *
 * @param containerdSocket usually {@code /run/containerd/containerd.sock}
 * @param dockerSocket usually {@code /var/run/docker.sock}
 */
public record LookedAtHost(Path containerdSocket, Path dockerSocket) implements HostRuntimes {
  private static final Duration CALL = Duration.ofSeconds(5);
  private static final Path HYBRID = Path.of("/sys/fs/cgroup/unified");
  private static final Path COMMON_CNI_DIRECTORY = Path.of("/etc/cni/net.d");

  /**
   * The places every distribution uses; Docker may be elsewhere, as its own client is told.
   *
   * @param environment may hold {@code DOCKER_HOST=unix:///SOCKET}
   */
  public static LookedAtHost usual(Map<String, String> environment) {
    String docker = environment.getOrDefault("DOCKER_HOST", "");
    return new LookedAtHost(
        Path.of("/run/containerd/containerd.sock"),
        docker.startsWith(RuntimeChoice.SOCKET_SCHEME)
            ? Path.of(docker.substring(RuntimeChoice.SOCKET_SCHEME.length()))
            : Path.of("/var/run/docker.sock"));
  }

  @Override
  public CriVerdict containerd() {
    return at(containerdSocket);
  }

  @Override
  public Optional<OciProgram> ociRuntime(String wanted) {
    return OciRuntime.find(wanted).map(path -> new OciProgram(path, OciRuntime.family(path)));
  }

  @Override
  public Optional<String> ociProblem(OciProgram program) {
    return program.family().equals("crun") && hasControllers(HYBRID)
        ? Optional.of(
            program.path()
                + " refuses this host's cgroups, version 1 with controllers in version 2 too: give"
                + " --oci-runtime=runc (apt install runc), or boot with"
                + " systemd.unified_cgroup_hierarchy=1")
        : Optional.empty();
  }

  /** Rule: crun's libcrun/cgroup-setup.c. */
  static boolean hasControllers(Path hierarchy) {
    try {
      return !Files.readString(hierarchy.resolve("cgroup.controllers")).isBlank();
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public CriVerdict at(Path socket) {
    Optional<String> silence = silence(socket);
    if (silence.isPresent()) {
      return new CriVerdict.Absent("no runtime answers at " + socket + " (" + silence.get() + ")");
    }
    try (CriConnection cri = new CriConnection(socket)) {
      VersionResponse version = cri.runtime(CALL).version(VersionRequest.getDefaultInstance());
      int pods =
          cri.runtime(CALL)
              .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
              .getItemsCount();
      String config =
          cri.runtime(CALL)
              .status(StatusRequest.newBuilder().setVerbose(true).build())
              .getInfoMap()
              .getOrDefault("config", "{}");
      return judge(socket, version.getRuntimeName(), parse(config), pods);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        return new CriVerdict.Unusable(
            socket
                + " answers without CRI: the cri plugin is disabled (disabled_plugins in"
                + " /etc/containerd/config.toml), or it is older than containerd 1.6");
      }
      return new CriVerdict.Unusable(socket + " answers wrongly: " + e.getStatus());
    }
  }

  /** The shape is containerd's (CRI plugin, verbose status); others have none of it. */
  private static CriVerdict judge(Path socket, String name, JsonNode config, int pods) {
    JsonNode cni = config.path("cni");
    boolean tellsPlugins = cni.has("binDir") || cni.has("binDirs");
    if (tellsPlugins && !hasPairs(cni)) {
      return new CriVerdict.Unusable(
          socket
              + " looks for CNI plugins in "
              + cni.path("binDir").asText(cni.path("binDirs").toString())
              + ", where ptp is missing (apt install containernetworking-plugins, and set"
              + " bin_dir in /etc/containerd/config.toml)");
    }
    if (name.equals("containerd")
        && OomScore.ofThisHost().isRestricted()
        && !config.path("restrictOOMScoreAdj").asBoolean()) {
      return new CriVerdict.Unusable(
          socket + " must have restrict_oom_score_adj = true on a host without CAP_SYS_RESOURCE");
    }
    String directory = cni.path("confDir").asText("");
    return new CriVerdict.Usable(
        socket,
        name,
        directory.isEmpty() ? COMMON_CNI_DIRECTORY : Path.of(directory),
        config.path("sandboxImage").asText(""),
        pods);
  }

  private static boolean hasPairs(JsonNode cni) {
    for (JsonNode directory : cni.path("binDirs")) {
      if (Files.isExecutable(Path.of(directory.asText(), "ptp"))) {
        return true;
      }
    }
    return cni.has("binDir") && Files.isExecutable(Path.of(cni.path("binDir").asText(), "ptp"));
  }

  private static JsonNode parse(String config) {
    try {
      return Trees.parse(config.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return Trees.missing();
    }
  }

  @Override
  public Optional<String> dockerProblem() {
    Optional<String> silence = silence(dockerSocket);
    if (silence.isPresent()) {
      return Optional.of("Docker does not answer at " + dockerSocket + " (" + silence.get() + ")");
    }
    try (DockerConnection docker = DockerConnection.of(dockerSocket)) {
      docker.client().pingCmd().exec();
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.of("Docker at " + dockerSocket + " is broken: " + e.getMessage());
    }
  }

  /** Why nobody listens at a socket; empty when somebody does. */
  static Optional<String> silence(Path socket) {
    if (!Files.exists(socket)) {
      return Optional.of("no such socket");
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected() ? Optional.empty() : Optional.of("not connected");
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}

package dev.wherry.runtime;

import dev.wherry.runtime.images.ImageArchives;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Starts a containerd of Wherry's own in a session and a cgroup of its own, so that neither it nor
 * its containers end with this process or its service; a later process finds it by its socket.
 */
public final class ContainerdDaemon {
  /**
   * The sandbox image's name: containerd pulls it from the mirror. The domain is no one's, so no
   * registry outside is ever asked for it.
   */
  static final String SANDBOX_IMAGE = "wherry.local/pause:1";

  private static final System.Logger LOG = System.getLogger(ContainerdDaemon.class.getName());
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration STOP_MAX = Duration.ofSeconds(20);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
  private static final int LOG_TAIL_LINES = 5;

  private ContainerdDaemon() {}

  /**
   * Returns once containerd serves: one that runs already, or one started now. Its registry
   * configuration names the mirror in either case, since containerd reads it at every pull.
   *
   * @return whether it was started now
   * @throws IOException when it does not start; the message ends with the last lines of its log
   */
  public static boolean ensureRunning(
      ContainerdConfig config, ImageStore imported, ImageMirror mirror)
      throws IOException, InterruptedException {
    importSandboxImage(imported);
    writeRegistry(config, mirror);
    if (answers(config.socket())) {
      return false;
    }
    writeConfiguration(config);
    start(config);
    return true;
  }

  private static void importSandboxImage(ImageStore imported) throws IOException {
    ImageName name = ImageName.parse(SANDBOX_IMAGE);
    if (imported.find(name).isEmpty()) {
      var archive = new ByteArrayInputStream(ImageArchives.pause());
      imported.importArchive(archive, Optional.of(name));
    }
  }

  private static void writeRegistry(ContainerdConfig config, ImageMirror mirror)
      throws IOException {
    Path directory = config.registryDirectory().resolve("_default");
    Files.createDirectories(directory);
    Files.writeString(
        directory.resolve("hosts.toml"),
        """
        # Written by wherry at every start: imported images are asked for first.
        [host."http://%s"]
          capabilities = ["pull", "resolve"]
        """
            .formatted(mirror.authority()));
  }

  private static void writeConfiguration(ContainerdConfig config) throws IOException {
    Files.createDirectories(config.rootDirectory());
    Files.createDirectories(config.stateDirectory());
    Files.createDirectories(config.socket().toAbsolutePath().getParent());
    Files.createDirectories(config.logFile().toAbsolutePath().getParent());
    boolean restrict = OomScore.ofThisHost().isRestricted();
    Files.writeString(config.configurationFile(), config.toml(restrict));
  }

  private static void start(ContainerdConfig config) throws IOException, InterruptedException {
    if (!Files.isExecutable(config.binary())) {
      throw new IOException("no containerd at " + config.binary() + " (apt install containerd)");
    }
    var builder =
        new ProcessBuilder(
                "setsid",
                config.binary().toString(),
                "--config",
                config.configurationFile().toAbsolutePath().toString())
            .directory(new java.io.File("/"))
            .redirectInput(new java.io.File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(config.logFile().toFile()));
    Process process = builder.start();
    DaemonCgroup.leave(process.pid(), config.cgroupName());
    long end = System.nanoTime() + START_MAX.toNanos();
    while (!answers(config.socket())) {
      if (process.waitFor(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)
          || System.nanoTime() > end) {
        process.destroy();
        throw new IOException("containerd does not start: " + tail(config.logFile()));
      }
    }
    LOG.log(System.Logger.Level.INFO, "containerd started pid={0}", String.valueOf(process.pid()));
  }

  /**
   * Ends the containerd that was started with this configuration, by whatever process; its
   * containers go on running. False when there is none.
   */
  public static boolean stop(ContainerdConfig config) throws InterruptedException {
    Optional<ProcessHandle> running = find(config);
    if (running.isEmpty()) {
      return false;
    }
    ProcessHandle process = running.get();
    process.destroy();
    try {
      process.onExit().get(STOP_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      process.destroyForcibly();
      process.onExit().join();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return true;
  }

  /** The daemon's process, known by the configuration file it was started with. */
  public static Optional<ProcessHandle> find(ContainerdConfig config) {
    String file = config.configurationFile().toAbsolutePath().toString();
    return ProcessHandle.allProcesses()
        .filter(p -> List.of(p.info().arguments().orElse(new String[0])).contains(file))
        .filter(p -> p.info().command().orElse("").endsWith("/containerd"))
        .findFirst();
  }

  private static boolean answers(Path socket) {
    if (!Files.exists(socket)) {
      return false;
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
  }
}

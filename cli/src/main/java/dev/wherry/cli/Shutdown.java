package dev.wherry.cli;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether the pods of a server or agent that is being ended end with it: where {@code down} says so
 * by a file, or the whole machine ends. Else they go on running, so that a restart or an upgrade
 * touches none.
 */
public final class Shutdown {
  private static final System.Logger LOG = System.getLogger(Shutdown.class.getName());
  private static final String FILE = "stop-pods";

  /** A person waits for {@code down}. */
  private static final Duration GRACE_DOWN = Duration.ofSeconds(10);

  private static final Duration GRACE_MACHINE = Duration.ofDays(1);
  private static final long SYSTEMD_SECONDS_MAX = 5;

  /** There where systemd runs the machine (rule: sd_booted(3)). */
  private static final Path SYSTEMD = Path.of("/run/systemd/system");

  private Shutdown() {}

  /**
   * How long a container gets at most.
   *
   * @return empty when they go on running
   */
  static Optional<Duration> grace(Path dataDirectory) {
    if (Files.exists(dataDirectory.resolve(FILE))) {
      return Optional.of(GRACE_DOWN);
    }
    return machineEnds() ? Optional.of(GRACE_MACHINE) : Optional.empty();
  }

  /** Whether systemd is on the way to a reboot or to switching off. */
  private static boolean machineEnds() {
    if (!Files.isDirectory(SYSTEMD)) {
      return false;
    }
    try {
      Process asked = new ProcessBuilder("systemctl", "is-system-running").start();
      asked.getOutputStream().close();
      if (!asked.waitFor(SYSTEMD_SECONDS_MAX, TimeUnit.SECONDS)) {
        asked.destroyForcibly();
        return false;
      }
      byte[] said = asked.getInputStream().readAllBytes();
      return new String(said, StandardCharsets.UTF_8).strip().equals("stopping");
    } catch (IOException e) {
      LOG.log(Level.WARNING, "systemd does not say whether the machine ends: {0}", e.getMessage());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** From now on the end of the process ends its pods. */
  public static void want(Path dataDirectory) throws IOException {
    Files.writeString(dataDirectory.resolve(FILE), "");
  }

  /** From now on it does not. */
  public static void forget(Path dataDirectory) throws IOException {
    Files.deleteIfExists(dataDirectory.resolve(FILE));
  }
}

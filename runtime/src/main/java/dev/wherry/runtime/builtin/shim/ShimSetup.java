package dev.wherry.runtime.builtin.shim;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What every supervised process of a node has in common.
 *
 * @param shim the installed wherry-shim
 * @param leave files of cgroups into which supervisors go, out of this process's own
 * @param oomScore of supervisors: losing one loses a container
 */
public record ShimSetup(
    Path shim, OciRuntime runtime, List<Path> leave, int oomScore, InstantSource clock) {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  public ShimSetup {
    leave = List.copyOf(leave);
  }

  /** The shim's command line for a container of the OCI runtime, to be added to. */
  List<String> command(String mode, String id, Path run) {
    List<String> words =
        new ArrayList<>(
            List.of(
                shim.toString(),
                mode,
                "--id",
                id,
                "--runtime",
                runtime.program().toString(),
                "--root",
                runtime.root().toString(),
                "--run",
                run.toString()));
    if (runtime.systemd()) {
      words.add("--systemd-cgroup");
    }
    return words;
  }

  /** Nanoseconds since the epoch. */
  public long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
  }
}

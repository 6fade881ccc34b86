package dev.wherry.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The lowest oom_score_adj that may be asked for: the kernel lets a process without
 * CAP_SYS_RESOURCE lower nobody's below what it was given, and runc fails a container whose score
 * it cannot set. Measured on this process, taking the daemon to be as privileged.
 */
public record OomScore(int lowest) {
  private static final int KERNEL_LOWEST = -1000;
  private static final int CAP_SYS_RESOURCE = 24;

  public static OomScore ofThisHost() {
    try {
      if (hasCapability(Path.of("/proc/self/status"))) {
        return new OomScore(KERNEL_LOWEST);
      }
      String own = Files.readString(Path.of("/proc/self/oom_score_adj")).strip();
      return new OomScore(Integer.parseInt(own));
    } catch (IOException | NumberFormatException e) {
      return new OomScore(0);
    }
  }

  private static boolean hasCapability(Path status) throws IOException {
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("CapEff:"))
          .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(set -> (set >> CAP_SYS_RESOURCE & 1) == 1);
    }
  }

  /** Whether scores below this process's own are out of reach. */
  public boolean isRestricted() {
    return lowest > KERNEL_LOWEST;
  }

  /** The nearest score that can be set. */
  public int clamp(long wanted) {
    return Math.clamp(wanted, lowest, 1000);
  }
}

package dev.wherry.kubelet.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pods that end together when the machine ends (rule: KEP-2712).
 *
 * @param priority theirs at least, below the next step's; those below the first belong to it
 * @param grace how long they get at most
 */
public record ShutdownStep(int priority, Duration grace) {
  /** From here up priorities are the system's own. */
  private static final int SYSTEM_CRITICAL = 2_000_000_000;

  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration GRACE_CRITICAL = Duration.ofSeconds(10);

  /** Upstream's is none, which leaves pods to systemd's kill. */
  public static final List<ShutdownStep> DEFAULT = steps(GRACE, GRACE_CRITICAL);

  /**
   * @param all for all pods together
   * @param critical of it for those that the node itself needs
   */
  static List<ShutdownStep> steps(Duration all, Duration critical) {
    List<ShutdownStep> steps = new ArrayList<>();
    if (all.isPositive()) {
      steps.add(new ShutdownStep(0, all.minus(critical)));
      steps.add(new ShutdownStep(SYSTEM_CRITICAL, critical));
    }
    return steps;
  }

  /** The same with no step longer than this. */
  public static List<ShutdownStep> within(List<ShutdownStep> steps, Duration graceMax) {
    return steps.stream()
        .map(step ->
            step.grace().compareTo(graceMax) > 0
                ? new ShutdownStep(step.priority(), graceMax)
                : step)
        .toList();
  }

  /** Reads shutdownGracePeriod and shutdownGracePeriodCriticalPods. */
  static List<ShutdownStep> read(Reader file, List<ShutdownStep> defaults) {
    if (!file.has("shutdownGracePeriod")) {
      if (file.has("shutdownGracePeriodCriticalPods")) {
        file.wrong("shutdownGracePeriodCriticalPods", "needs shutdownGracePeriod");
      }
      return defaults;
    }
    Duration all = duration(file, "shutdownGracePeriod");
    Duration critical = duration(file, "shutdownGracePeriodCriticalPods");
    if (critical.compareTo(all) > 0) {
      file.wrong("shutdownGracePeriodCriticalPods", "must be at most shutdownGracePeriod");
      return defaults;
    }
    return steps(all, critical);
  }

  private static Duration duration(Reader file, String field) {
    Optional<Duration> given = file.duration(field);
    return given.orElse(Duration.ZERO);
  }
}

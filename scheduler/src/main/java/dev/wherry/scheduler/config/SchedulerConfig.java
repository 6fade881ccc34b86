package dev.wherry.scheduler.config;

import java.time.Duration;
import java.util.List;

/**
 * What a scheduler runs with; {@link SchedulerConfigFile} reads it from kube-scheduler's file.
 *
 * @param bindsInFlightMax bindings under way at a time
 * @param backOffFirst of an unschedulable pod, doubled with every attempt up to {@code backOffMax}
 * @param extenders of all profiles, in the order they are asked
 */
public record SchedulerConfig(
    int bindsInFlightMax,
    Duration backOffFirst,
    Duration backOffMax,
    List<ProfileConfig> profiles,
    List<ExtenderConfig> extenders) {
  /** Upstream's {@code parallelism} is about filter threads; ours about bindings. */
  public static final int BINDS_IN_FLIGHT_MAX = 128;

  public SchedulerConfig {
    extenders = List.copyOf(extenders);
    profiles = List.copyOf(profiles);
    if (profiles.isEmpty()) {
      throw new IllegalArgumentException("profiles: at least one is needed");
    }
    if (bindsInFlightMax < 1 || bindsInFlightMax > 10_000) {
      throw new IllegalArgumentException(
          "bindsInFlightMax: " + bindsInFlightMax + " not in 1-10000");
    }
    if (backOffFirst.isNegative() || backOffFirst.compareTo(backOffMax) > 0) {
      throw new IllegalArgumentException(
          "podInitialBackoffSeconds must not be more than podMaxBackoffSeconds");
    }
  }

  /** Bin packing under the name that pods have by default. */
  public static SchedulerConfig defaults() {
    return new SchedulerConfig(
        BINDS_IN_FLIGHT_MAX,
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        List.of(ProfileConfig.defaults("default-scheduler")),
        List.of());
  }
}

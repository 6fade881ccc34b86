package dev.wherry.cli;

import dev.wherry.controllers.AutoscalerPace;
import java.util.List;
import picocli.CommandLine.Option;

/** How HorizontalPodAutoscalers look and judge: flags of {@link ControllerFlags}. */
final class AutoscalerFlags {
  private static final String FLAG = "--horizontal-pod-autoscaler-";
  private static final String PERIOD = FLAG + "sync-period";
  private static final String DOWN = FLAG + "downscale-stabilization";
  private static final String TOLERANCE = FLAG + "tolerance";
  private static final String CPU = FLAG + "cpu-initialization-period";
  private static final String READINESS = FLAG + "initial-readiness-delay";

  @Option(
      names = PERIOD,
      paramLabel = "TIME",
      description = "How often each HorizontalPodAutoscaler looks (default: ${DEFAULT-VALUE}).",
      defaultValue = "15s")
  private String period = "15s";

  @Option(
      names = DOWN,
      paramLabel = "TIME",
      description =
          "So long no fewer replicas than were recommended since, unless it says so itself"
              + " (default: ${DEFAULT-VALUE}).",
      defaultValue = "5m")
  private String downStabilization = "5m";

  @Option(
      names = TOLERANCE,
      paramLabel = "FRACTION",
      description =
          "How far use and target may differ without consequence, unless it says so itself"
              + " (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.1")
  private double tolerance = AutoscalerPace.DEFAULT.tolerance();

  @Option(
      names = CPU,
      paramLabel = "TIME",
      description =
          "A starting pod's CPU is not looked at for so long unless it is ready (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "5m")
  private String cpuInitialization = "5m";

  @Option(
      names = READINESS,
      paramLabel = "TIME",
      description =
          "A pod that got unready within so long of its start counts as one that never was ready"
              + " (default: ${DEFAULT-VALUE}).",
      defaultValue = "30s")
  private String initialReadinessDelay = "30s";

  /**
   * @throws IllegalArgumentException with a sentence that names the flag
   */
  AutoscalerPace pace() {
    return new AutoscalerPace(
        Durations.parse(PERIOD, period),
        Durations.parse(DOWN, downStabilization),
        tolerance,
        Durations.parse(CPU, cpuInitialization),
        Durations.parse(READINESS, initialReadinessDelay));
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    return List.of(
        PERIOD + "=" + period,
        DOWN + "=" + downStabilization,
        TOLERANCE + "=" + tolerance,
        CPU + "=" + cpuInitialization,
        READINESS + "=" + initialReadinessDelay);
  }
}

package dev.wherry.cli;

import dev.wherry.apiserver.ApiChoices;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * Flags of {@code server} that kube-apiserver has too, by its names and with its meaning (decision
 * 0611); those that name files are {@link ProtectionFlags}.
 */
final class ApiFlags {
  @Option(
      names = "--event-ttl",
      paramLabel = "TIME",
      description =
          "How long events are kept after their last write, 0 for ever (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "1h")
  private String eventsKept = "1h";

  @Option(
      names = "--default-not-ready-toleration-seconds",
      paramLabel = "SECONDS",
      description =
          "How long pods that do not say so themselves stay on a node that is not ready (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "300")
  private long notReadySeconds = ApiChoices.DEFAULT.notReadySeconds();

  @Option(
      names = "--default-unreachable-toleration-seconds",
      paramLabel = "SECONDS",
      description = "The same on a node that is unreachable (default: ${DEFAULT-VALUE}).",
      defaultValue = "300")
  private long unreachableSeconds = ApiChoices.DEFAULT.unreachableSeconds();

  /**
   * @throws IllegalArgumentException with a sentence that names the flag
   */
  ApiChoices choices() {
    return new ApiChoices(
        Durations.parse("--event-ttl", eventsKept), notReadySeconds, unreachableSeconds);
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    return List.of(
        "--event-ttl=" + eventsKept,
        "--default-not-ready-toleration-seconds=" + notReadySeconds,
        "--default-unreachable-toleration-seconds=" + unreachableSeconds);
  }
}

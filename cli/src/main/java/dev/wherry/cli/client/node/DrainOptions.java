package dev.wherry.cli.client.node;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.SelectorException;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The flags of {@code drain}. */
final class DrainOptions {
  @Option(
      names = "--force",
      arity = "0..1",
      fallbackValue = "true",
      description = "Also pods that no controller brings back.")
  private boolean force;

  @Option(
      names = "--ignore-daemonsets",
      arity = "0..1",
      fallbackValue = "true",
      description = "Leave pods of DaemonSets where they are.")
  private boolean daemonSetsIgnored;

  @Option(
      names = "--delete-emptydir-data",
      arity = "0..1",
      fallbackValue = "true",
      description = "Also pods whose emptyDir is lost then.")
  private boolean dataDeleted;

  @Option(names = "--grace-period", description = "Seconds to end; -1 for the pod's own.")
  private int grace = -1;

  @Option(names = "--timeout", description = "How long to wait, such as 5m; 0 for ever.")
  private String timeout = "0s";

  @Option(names = "--pod-selector", description = "Only pods with these labels.")
  private String podSelector = "";

  @Option(
      names = "--disable-eviction",
      arity = "0..1",
      fallbackValue = "true",
      description = "Delete pods whatever their disruption budgets say.")
  private boolean deleting;

  @Option(
      names = "--skip-wait-for-delete-timeout",
      description = "Do not wait for pods that have been ending for more than these seconds.")
  private int overdueSeconds;

  @Option(names = "--chunk-size", description = "Pods per page.")
  private int pageItems = 500;

  PodFate.Allowed allowed() {
    return new PodFate.Allowed(force, daemonSetsIgnored, dataDeleted);
  }

  int grace() {
    return grace;
  }

  boolean deleting() {
    return deleting;
  }

  int overdueSeconds() {
    return overdueSeconds;
  }

  int pageItems() {
    return pageItems;
  }

  Duration patience() {
    Duration given = GoDuration.flag("--timeout", timeout);
    return given.isPositive() ? given : ObjectWatch.FOR_EVER;
  }

  String podSelector() {
    try {
      Labels.parse(podSelector);
      return podSelector;
    } catch (SelectorException e) {
      throw ClientException.error("--pod-selector=<pod_selector> must be a valid label selector");
    }
  }
}

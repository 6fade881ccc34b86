package dev.wherry.cli.client;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Targets;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.QueryOptions;
import java.io.PrintStream;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of {@code delete}. */
final class DeleteOptions {
  private static final Duration WEEK = Duration.ofDays(7);

  @Mixin private QueryOptions query = new QueryOptions();

  @Option(
      names = "--all",
      arity = "0..1",
      fallbackValue = "true",
      description = "All objects of the type in the namespace.")
  private boolean all;

  @Option(names = "--grace-period", description = "Seconds to end gracefully; -1 the object's own.")
  private int gracePeriod = -1;

  @Option(
      names = "--now",
      arity = "0..1",
      fallbackValue = "true",
      description = "One second to end.")
  private boolean now;

  @Option(
      names = "--force",
      arity = "0..1",
      fallbackValue = "true",
      description = "Remove the object at once, without waiting for what runs.")
  private boolean force;

  @Option(
      names = "--wait",
      arity = "0..1",
      fallbackValue = "true",
      description = "Wait until the objects are gone (default).")
  private boolean wait = true;

  @Option(
      names = "--ignore-not-found",
      arity = "0..1",
      fallbackValue = "true",
      description = "What does not exist is no error.")
  private boolean ignoreNotFound;

  @Option(names = "--timeout", description = "How long to wait until they are gone; 0 for a week.")
  private String timeout = "0s";

  @Option(names = "--cascade", description = "background, foreground or orphan.")
  private String cascade = "background";

  @Option(names = "--dry-run", description = "none, client or server.")
  private String dryRun = "none";

  @Option(
      names = {"-o", "--output"},
      description = "name prints names alone.")
  private String output = "";

  Targets.Scope scope(String namespace) {
    return new Targets.Scope(namespace, query.everywhere(), all || query.isNarrowed());
  }

  Lists.Filter filter() {
    return new Lists.Filter(query.labels(), query.fields(), Lists.Filter.NONE.pageItems(), false);
  }

  /** Refuses contradictions and warns of what {@code --force} means. */
  void check(PrintStream err) {
    GoDuration.flag("--timeout", timeout);
    if (now && gracePeriod != -1) {
      throw ClientException.error("--now and --grace-period cannot be specified together");
    }
    if (force && gracePeriod > 0) {
      throw ClientException.error(
          "--force and --grace-period greater than 0 cannot be specified together");
    }
    if (all && !query.labels().isEmpty()) {
      throw ClientException.error("cannot set --all and --selector at the same time");
    }
    if (!output.isEmpty() && !output.equals("name")) {
      throw ClientException.error(
          "unexpected -o output mode: " + output + ". We only support '-o name'");
    }
    if (force) {
      err.println(
          "Warning: Immediate deletion does not wait for confirmation that the running resource has"
              + " been terminated. The resource may continue to run on the cluster indefinitely.");
    }
  }

  /**
   * The period that is sent: nothing ends in no time unless it is forced.
   *
   * @param own what stands for the object's own
   */
  int graceSeconds(int own) {
    if (force) {
      return 0;
    }
    if (now || gracePeriod == 0) {
      return 1;
    }
    return gracePeriod < 0 ? own : gracePeriod;
  }

  String propagation() {
    return switch (cascade) {
      case "background", "true" -> "Background";
      case "foreground" -> "Foreground";
      case "orphan", "false" -> "Orphan";
      default ->
          throw ClientException.error(
              "invalid cascade value (%s). Must be \"background\", \"foreground\", or \"orphan\""
                  .formatted(cascade));
    };
  }

  DryRun dryRun() {
    return DryRun.of(dryRun);
  }

  Duration patience() {
    Duration given = GoDuration.flag("--timeout", timeout);
    return given.isPositive() ? given : WEEK;
  }

  boolean waits() {
    return wait;
  }

  boolean ignoreNotFound() {
    return ignoreNotFound || all && query.labels().isEmpty();
  }

  boolean namesOnly() {
    return output.equals("name");
  }
}

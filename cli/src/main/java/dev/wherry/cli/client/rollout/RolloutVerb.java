package dev.wherry.cli.client.rollout;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the verbs of {@code rollout} have in common: which workloads, and one after the other. */
abstract class RolloutVerb extends ClientCommand {
  @Mixin private FileOptions files = new FileOptions();

  @Parameters(paramLabel = "TYPE NAME", arity = "0..*", description = "The workloads.")
  private List<String> words = List.of();

  @Option(
      names = {"-l", "--selector"},
      description = "Label selector.")
  private String labels = "";

  RolloutVerb(Streams streams) {
    super(streams);
  }

  /** Does it for one workload. */
  abstract void each(Session session, Found workload);

  /** Refuses flags that contradict each other. */
  void check() {}

  /** What is said when nothing was selected. */
  void nothing(Session session) {}

  @Override
  protected int run(Session session) {
    if (words.isEmpty() && !files.given()) {
      throw ClientException.error("required resource not specified");
    }
    check();
    Failures failures = new Failures();
    List<Found> found =
        new Selection(session, files, words).labels(labels).all(true).live().find(failures);
    for (Found workload : found) {
      try {
        each(session, workload);
      } catch (ApiException | ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    if (found.isEmpty()) {
      nothing(session);
    }
    return 0;
  }

  static void nothingFound(Session session) {
    session.streams().err().println("No resources found in " + session.namespace() + " namespace.");
  }

  /** {@code Deployment.apps}, as messages name a kind. */
  static String kind(Found workload) {
    String group = workload.target().type().group();
    return workload.target().type().kind() + (group.isEmpty() ? "" : "." + group);
  }
}

package dev.wherry.cli.client.rollout;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry rollout status}. */
@Command(
    name = "status",
    description = "Show how far a rollout is, until it is done.",
    mixinStandardHelpOptions = true)
final class RolloutStatus extends RolloutVerb {
  @Option(
      names = {"-w", "--watch"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Go on until the rollout is done (default).")
  private boolean watch = true;

  @Option(names = "--revision", description = "Only if this revision is the running one.")
  private long revision;

  @Option(names = "--timeout", description = "How long to wait, such as 2m; 0 for ever.")
  private String timeout = "0s";

  RolloutStatus(Streams streams) {
    super(streams);
  }

  @Override
  void check() {
    if (revision < 0) {
      throw ClientException.error("revision must be a positive integer: " + revision);
    }
  }

  @Override
  void nothing(Session session) {
    nothingFound(session);
  }

  @Override
  void each(Session session, Found workload) {
    String kind = kind(workload);
    Progress.of(kind, workload.object(), 0);
    Duration given = GoDuration.flag("--timeout", timeout);
    Duration patience = given.isPositive() ? given : ObjectWatch.FOR_EVER;
    boolean seen =
        new ObjectWatch(session, workload.target())
            .until(
                patience,
                (type, object) -> {
                  if (type.equals("DELETED")) {
                    throw ClientException.error("object has been deleted");
                  }
                  if (type.equals(ObjectWatch.MISSING)) {
                    return false;
                  }
                  Progress progress = Progress.of(kind, object, revision);
                  streams().out().println(progress.text());
                  streams().out().flush();
                  return progress.done() || !watch;
                });
    if (!seen) {
      throw ClientException.error("timed out waiting for the condition");
    }
  }
}

package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code wherry rollout restart}: new pods of the same template. */
@Command(
    name = "restart",
    description = "Replace all pods of a workload.",
    mixinStandardHelpOptions = true)
final class RolloutRestart extends RolloutChange {
  private static final String RESTARTED = "kubectl.kubernetes.io/restartedAt";
  private static final List<String> KINDS =
      List.of("Deployment.apps", "DaemonSet.apps", "StatefulSet.apps");

  RolloutRestart(Streams streams) {
    super(streams);
  }

  @Override
  void change(Session session, String kind, ObjectNode workload) {
    if (!KINDS.contains(kind)) {
      throw ClientException.verbatim("restarting is not supported");
    }
    if (workload.path("spec").path("paused").asBoolean()) {
      throw ClientException.verbatim("can't restart paused deployment (run rollout resume first)");
    }
    String now =
        DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
            session
                .clock()
                .instant()
                .truncatedTo(ChronoUnit.SECONDS)
                .atZone(ZoneId.systemDefault()));
    workload
        .withObject("/spec")
        .withObject("/template")
        .withObject("/metadata")
        .withObject("/annotations")
        .put(RESTARTED, now);
  }

  @Override
  String done() {
    return "restarted";
  }

  @Override
  ClientException unchanged(Found workload) {
    return ClientException.verbatim(
        ("failed to create patch for %s: if restart has already been triggered within the past"
                + " second, please wait before attempting to trigger another")
            .formatted(workload.name()));
  }
}

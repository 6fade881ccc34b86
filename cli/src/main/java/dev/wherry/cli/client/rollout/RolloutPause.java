package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import picocli.CommandLine.Command;

/** {@code wherry rollout pause}. */
@Command(
    name = "pause",
    description = "Stop a rollout where it is.",
    mixinStandardHelpOptions = true)
final class RolloutPause extends RolloutChange {
  RolloutPause(Streams streams) {
    super(streams);
  }

  @Override
  void change(Session session, String kind, ObjectNode workload) {
    if (!kind.equals("Deployment.apps")) {
      throw ClientException.verbatim("pausing is not supported");
    }
    if (workload.path("spec").path("paused").asBoolean()) {
      throw ClientException.verbatim("is already paused");
    }
    workload.withObject("/spec").put("paused", true);
  }

  @Override
  String done() {
    return "paused";
  }

  @Override
  ClientException unchanged(Found workload) {
    return ClientException.verbatim(workload.label() + " already paused");
  }
}

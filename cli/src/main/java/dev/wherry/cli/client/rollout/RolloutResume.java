package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import picocli.CommandLine.Command;

/** {@code wherry rollout resume}. */
@Command(
    name = "resume",
    description = "Let a paused rollout go on.",
    mixinStandardHelpOptions = true)
final class RolloutResume extends RolloutChange {
  RolloutResume(Streams streams) {
    super(streams);
  }

  @Override
  void change(Session session, String kind, ObjectNode workload) {
    if (!kind.equals("Deployment.apps")) {
      throw ClientException.verbatim("resuming is not supported");
    }
    if (!workload.path("spec").path("paused").asBoolean()) {
      throw ClientException.verbatim("is not paused");
    }
    workload.withObject("/spec").remove("paused");
  }

  @Override
  String done() {
    return "resumed";
  }

  @Override
  ClientException unchanged(Found workload) {
    return ClientException.verbatim(workload.label() + " already resumed");
  }
}

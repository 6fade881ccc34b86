package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import picocli.CommandLine.Mixin;

/** What pause, resume and restart have in common: one field of the workload changes. */
abstract class RolloutChange extends RolloutVerb {
  @Mixin private ChangeOptions change = new ChangeOptions();

  RolloutChange(Streams streams) {
    super(streams);
  }

  /**
   * Changes a copy of the workload.
   *
   * @throws ClientException with the end of a sentence that begins with the workload
   */
  abstract void change(Session session, String kind, ObjectNode workload);

  /** What happened, in a word. */
  abstract String done();

  /** What is said when nothing changed. */
  abstract ClientException unchanged(Found workload);

  @Override
  void nothing(Session session) {
    nothingFound(session);
  }

  @Override
  void each(Session session, Found workload) {
    ObjectNode after = workload.object().deepCopy();
    try {
      change(session, kind(workload), after);
    } catch (ClientException e) {
      throw ClientException.verbatim(
          "error: %s \"%s\" %s"
              .formatted(workload.target().type().resource(), workload.name(), e.text()));
    }
    ObjectChange.Difference difference =
        ObjectChange.between(workload.target().type(), workload.object(), after);
    if (difference.isEmpty()) {
      throw unchanged(workload);
    }
    try {
      JsonNode changed =
          new ObjectChange(session, change, "kubectl-rollout").send(workload.target(), difference);
      change.print(streams().out(), changed, done());
    } catch (ApiException e) {
      throw ClientException.verbatim("failed to patch: " + e.text());
    }
  }
}

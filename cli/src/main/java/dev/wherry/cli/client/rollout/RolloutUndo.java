package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.apply.LastApplied;
import dev.wherry.cli.client.describe.TemplateText;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry rollout undo}: back to an earlier template, whatever the controller is. */
@Command(
    name = "undo",
    description = "Roll back to an earlier revision.",
    mixinStandardHelpOptions = true)
final class RolloutUndo extends RolloutVerb {
  private static final String HASH = "pod-template-hash";

  /** Annotations of the Deployment that a rollback leaves as they are (kubectl rollback.go). */
  private static final List<String> KEPT =
      List.of(
          LastApplied.KEY,
          Revisions.NUMBER,
          "deployment.kubernetes.io/revision-history",
          "deployment.kubernetes.io/desired-replicas",
          "deployment.kubernetes.io/max-replicas",
          "deprecated.deployment.rollback.to");

  @Mixin private ChangeOptions change = new ChangeOptions();

  @Option(names = "--to-revision", description = "The revision; 0 for the one before.")
  private long wanted;

  RolloutUndo(Streams streams) {
    super(streams);
  }

  @Override
  void each(Session session, Found workload) {
    if (workload.object().path("metadata").path("annotations").has(LastApplied.KEY)) {
      streams()
          .err()
          .printf(
              "Warning: resource %s was previously managed with 'wherry apply'. Rolling back will"
                  + " not update the %s annotation, which may cause unexpected behavior on future"
                  + " 'wherry apply' operations. Consider using 'wherry apply' with your previous"
                  + " configuration file instead.%n",
              workload.target().type().plural() + "/" + workload.name(), LastApplied.KEY);
    }
    if (wanted < 0) {
      throw notFound();
    }
    Revisions revisions =
        Revisions.of(session, workload, "no rollbacker has been implemented for %s");
    boolean deployment = workload.target().type().kind().equals("Deployment");
    Revision target = target(revisions, workload, deployment);
    if (change.dryRun() == DryRun.CLIENT) {
      String text = TemplateText.of(target.template());
      change.print(
          streams().out(), workload.object(), deployment ? text : "will roll back to " + text);
      return;
    }
    if (deployment && workload.object().path("spec").path("paused").asBoolean()) {
      throw ClientException.error(
          "you cannot rollback a paused deployment; resume it first with 'wherry rollout resume'"
              + " and try again");
    }
    boolean same =
        template(target.template()).equals(template(workload.object().at("/spec/template")));
    if (same) {
      change.print(
          streams().out(),
          workload.object(),
          "skipped rollback (current template already matches revision " + wanted + ")");
      return;
    }
    restore(session, workload, target, deployment);
    change.print(streams().out(), workload.object(), "rolled back");
  }

  private Revision target(Revisions revisions, Found workload, boolean deployment) {
    if (wanted > 0) {
      return revisions.find(wanted).orElseThrow(this::notFound);
    }
    Optional<Revision> previous = revisions.previous();
    return previous.orElseThrow(() ->
        ClientException.error(
            deployment
                ? "no rollout history found for deployment \"" + workload.name() + "\""
                : "no last revision to roll back to"));
  }

  private ClientException notFound() {
    return ClientException.error("unable to find specified revision " + wanted + " in history");
  }

  /** A template without what only a ReplicaSet's has. */
  private static ObjectNode template(JsonNode template) {
    ObjectNode copy = template.deepCopy();
    if (copy.path("metadata") instanceof ObjectNode metadata) {
      if (metadata.path("labels") instanceof ObjectNode labels) {
        labels.remove(HASH);
      }
      if (metadata.path("creationTimestamp").isNull()) {
        metadata.remove("creationTimestamp");
      }
    }
    return copy;
  }

  private void restore(Session session, Found workload, Revision target, boolean deployment) {
    ObjectChange sender = new ObjectChange(session, change, "");
    try {
      if (deployment) {
        sender.send(workload.target(), "", ObjectChange.JSON_PATCH, patch(workload, target));
      } else {
        sender.send(workload.target(), "", ObjectChange.STRATEGIC, target.data());
      }
    } catch (ApiException e) {
      throw ClientException.error("failed restoring revision %d: %s".formatted(wanted, e.text()));
    }
  }

  private static ArrayNode patch(Found workload, Revision target) {
    ObjectNode annotations = Json.object();
    workload
        .object()
        .path("metadata")
        .path("annotations")
        .properties()
        .forEach(e -> {
          if (KEPT.contains(e.getKey())) {
            annotations.set(e.getKey(), e.getValue());
          }
        });
    target
        .object()
        .path("metadata")
        .path("annotations")
        .properties()
        .forEach(e -> {
          if (!KEPT.contains(e.getKey())) {
            annotations.set(e.getKey(), e.getValue());
          }
        });
    ArrayNode patch = Json.array();
    patch
        .addObject()
        .put("op", "replace")
        .put("path", "/spec/template")
        .set("value", template(target.template()));
    patch
        .addObject()
        .put("op", "replace")
        .put("path", "/metadata/annotations")
        .set("value", annotations);
    return patch;
  }
}

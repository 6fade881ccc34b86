package dev.wherry.cli.client.fit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code wherry fit}: whether a stack that is not applied finds room beside what runs. Exit code 1
 * when it does not.
 */
@Command(
    name = "fit",
    description = "Say whether the pods of manifests would find room, without applying anything.",
    mixinStandardHelpOptions = true)
public final class FitCommand extends ClientCommand {
  private static final int NODES_SHOWN = 50;

  @Mixin private FileOptions files = new FileOptions();

  @Option(
      names = {"-o", "--output"},
      description = "json or yaml.")
  private String output = "";

  @Option(names = "--nodes", description = "Nodes to show at most.")
  private int nodesMax = NODES_SHOWN;

  public FitCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (!files.given()) {
      throw ClientException.error("must specify -f");
    }
    PodTrial trial = new PodTrial(session);
    ObjectNode question = Json.object().put("kind", "StackFit").put("apiVersion", "wherry.dev/v1");
    ArrayNode claims = question.putObject("spec").putArray("claims");
    ArrayNode parts = question.withObject("/spec").putArray("parts");
    ArrayNode refused = Json.array();
    for (Manifest manifest : files.read(streams())) {
      var _ = session.manifestTargets().of(manifest);
      if (manifest.kind().equals("PersistentVolumeClaim")) {
        claim(trial, manifest.object(), claims);
      }
      for (StackPods.Part part : StackPods.of(manifest)) {
        part.claims().forEach(claim -> claim(trial, claim, claims));
        add(trial, part, parts, refused);
      }
    }
    if (parts.isEmpty() && refused.isEmpty()) {
      throw ClientException.error("nothing in these manifests makes pods");
    }
    JsonNode answer =
        session
            .api()
            .exchange(
                "POST", trial.path(session.namespace(), "stack"), "application/json", question);
    return print((ObjectNode) answer, refused);
  }

  private static void claim(PodTrial trial, ObjectNode claim, ArrayNode claims) {
    switch (trial.claim(claim)) {
      case PodTrial.Tried.Made(ObjectNode made) -> claims.add(made);
      // Its pods will say that they miss it.
      case PodTrial.Tried.Refused _ -> {}
    }
  }

  private static void add(PodTrial trial, StackPods.Part part, ArrayNode parts, ArrayNode refused) {
    switch (trial.pod(part.pod())) {
      case PodTrial.Tried.Made(ObjectNode made) ->
          parts
              .addObject()
              .put("name", part.name())
              .put("count", part.count())
              .put("perNode", part.perNode())
              .set("pod", made);
      case PodTrial.Tried.Refused(String why) ->
          refused
              .addObject()
              .put("name", part.name())
              .put("wanted", part.count())
              .put("placed", 0)
              .put("message", why);
    }
  }

  private int print(ObjectNode answer, ArrayNode refused) {
    ObjectNode status = answer.withObject("/status");
    for (JsonNode part : refused) {
      status.withArray("/parts").add(part);
      status.put("pods", status.path("pods").asInt() + part.path("wanted").asInt());
      status.put("fits", false);
    }
    OutputFormat.parse(output, "", false, true)
        .printer(streams().out(), true)
        .ifPresentOrElse(
            printer -> printer.print(answer),
            () -> FitTable.print(status, streams().out(), nodesMax));
    return status.path("fits").asBoolean() ? 0 : 1;
  }
}

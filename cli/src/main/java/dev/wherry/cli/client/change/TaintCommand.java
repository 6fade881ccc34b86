package dev.wherry.cli.client.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.WriteOptions;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry taint}. */
@Command(
    name = "taint",
    description = "Set and remove taints of nodes.",
    mixinStandardHelpOptions = true)
public final class TaintCommand extends ClientCommand {
  @Mixin private WriteOptions write = new WriteOptions();

  @Parameters(
      paramLabel = "node NAME KEY=VALUE:EFFECT KEY-",
      arity = "0..*",
      description = "The nodes, then what to set and what to remove.")
  private List<String> words = List.of();

  @Option(
      names = {"-l", "--selector"},
      description = "Label selector.")
  private String labels = "";

  @Option(
      names = "--overwrite",
      arity = "0..1",
      fallbackValue = "true",
      description = "Give taints that are there another value.")
  private boolean overwrite;

  @Option(names = "--all", arity = "0..1", fallbackValue = "true", description = "All nodes.")
  private boolean all;

  public TaintCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    List<String> objects = new ArrayList<>();
    Taints taints = split(objects);
    check(session, objects, taints);
    List<String> nodes = new ArrayList<>(List.of("nodes"));
    if (!all && labels.isEmpty()) {
      nodes.addAll(objects.subList(1, objects.size()));
    }
    Failures failures = new Failures();
    List<Found> found =
        new Selection(session, new FileOptions(), nodes).labels(labels).all(all).find(failures);
    for (Found node : found) {
      try {
        change(session, node, taints);
      } catch (ApiException | ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    return 0;
  }

  private Taints split(List<String> objects) {
    List<String> changes = new ArrayList<>();
    for (String word : words) {
      boolean change = word.indexOf('=') >= 0 || word.indexOf(':') >= 0 || word.endsWith("-");
      if (change) {
        changes.add(word);
      } else if (changes.isEmpty()) {
        objects.add(word);
      } else {
        throw ClientException.error(
            "all resources must be specified before taint changes: " + word);
      }
    }
    if (objects.isEmpty()) {
      throw ClientException.error("one or more resources must be specified as <resource> <name>");
    }
    if (changes.isEmpty()) {
      throw ClientException.error("at least one taint update is required");
    }
    try {
      return Taints.parse(changes);
    } catch (ClientException e) {
      throw ClientException.verbatim(e.text() + "\nSee 'wherry taint -h' for help and examples");
    }
  }

  private void check(Session session, List<String> objects, Taints taints) {
    String word = objects.getFirst().toLowerCase(Locale.ROOT);
    if (!session.discovery().resolve(word).kind().equals("Node")) {
      throw ClientException.error(
          "invalid resource type " + word + ", only node types are supported");
    }
    String both = taints.contradictions();
    if (!both.isEmpty()) {
      throw ClientException.error(
          "can not both modify and remove the following taint(s) in the same command: " + both);
    }
    if (all && !labels.isEmpty()) {
      throw ClientException.error(
          "setting 'all' parameter with a non empty selector is prohibited");
    }
    if (!all && labels.isEmpty() && objects.size() < 2) {
      throw ClientException.error(
          "at least one resource name must be specified since 'all' parameter is not set");
    }
  }

  private void change(Session session, Found node, Taints taints) {
    JsonNode before = node.object().path("spec").path("taints");
    String present = taints.present(before);
    if (!overwrite && !present.isEmpty()) {
      throw ClientException.error(
          "node %s already has %s taint(s) with same effect(s) and --overwrite is false"
              .formatted(node.name(), present));
    }
    Taints.Outcome outcome = taints.apply(before, overwrite);
    ObjectNode after = node.object().deepCopy();
    if (outcome.taints().isEmpty()) {
      after.withObject("/spec").remove("taints");
    } else {
      after.withObject("/spec").set("taints", outcome.taints());
    }
    JsonNode result = after;
    if (write.dryRun() != DryRun.CLIENT) {
      ObjectChange.Difference difference =
          ObjectChange.between(node.target().type(), node.object(), after);
      result =
          session
              .api()
              .exchange(
                  "PATCH",
                  write.path(node.target().path(), "kubectl-taint"),
                  difference.media(),
                  difference.patch());
    }
    write.change().printPlain(streams().out(), result, outcome.done());
  }
}

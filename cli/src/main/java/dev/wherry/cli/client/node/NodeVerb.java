package dev.wherry.cli.client.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What cordon, uncordon and drain have in common: which nodes, and closing or opening them. */
abstract class NodeVerb extends ClientCommand {
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(paramLabel = "NODE", arity = "0..*", description = "The nodes.")
  private List<String> names = List.of();

  @Option(
      names = {"-l", "--selector"},
      description = "Label selector.")
  private String labels = "";

  NodeVerb(Streams streams) {
    super(streams);
  }

  /** {@code cordon}, {@code uncordon} or {@code drain}. */
  abstract String verb();

  final ChangeOptions change() {
    return change;
  }

  /** The nodes that the command line means. */
  final List<Found> nodes(Session session) {
    if (names.isEmpty() && labels.isEmpty()) {
      throw misused("USAGE: " + verb() + " NODE [flags]");
    }
    if (!names.isEmpty() && !labels.isEmpty()) {
      throw misused("error: cannot specify both a node name and a --selector option");
    }
    boolean typed = names.stream().anyMatch(name -> name.indexOf('/') >= 0);
    List<String> words = new ArrayList<>(typed ? List.of() : List.of("nodes"));
    words.addAll(names);
    Failures failures = new Failures();
    List<Found> nodes =
        new Selection(session, new FileOptions(), words).labels(labels).find(failures);
    failures.raise();
    return nodes;
  }

  private ClientException misused(String what) {
    String text = what + "\nSee 'wherry " + verb() + " -h' for help and examples";
    return what.startsWith("error: ")
        ? ClientException.verbatim(text)
        : ClientException.error(text);
  }

  /** Closes or opens the nodes for new pods. */
  final void cordon(Session session, List<Found> nodes, boolean closed) {
    for (Found node : nodes) {
      boolean now = node.object().path("spec").path("unschedulable").asBoolean();
      String done = closed ? "cordoned" : "uncordoned";
      if (now == closed) {
        change.print(streams().out(), node.object(), "already " + done);
        continue;
      }
      try {
        if (change.dryRun() != DryRun.CLIENT) {
          send(session, node, closed);
        }
        change.print(streams().out(), node.object(), done);
      } catch (ApiException e) {
        streams()
            .err()
            .println(
                "error: unable to %s node \"%s\": %s"
                    .formatted(closed ? "cordon" : "uncordon", node.name(), e.text()));
      }
    }
  }

  private void send(Session session, Found node, boolean closed) {
    ObjectNode patch = Json.object();
    ObjectNode spec = patch.putObject("spec");
    if (closed) {
      spec.put("unschedulable", true);
    } else {
      spec.putNull("unschedulable");
    }
    new ObjectChange(session, change, "").send(node.target(), "", ObjectChange.STRATEGIC, patch);
  }
}

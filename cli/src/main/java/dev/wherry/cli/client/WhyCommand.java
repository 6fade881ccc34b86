package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.fit.PodTrial;
import dev.wherry.cli.client.fit.StackPods;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.stream.PodLookup;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.why.WhyTable;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry why}: where a pod could go, and what speaks against each node. */
@Command(
    name = "why",
    description = "Explain where a pod could go and what speaks against each node.",
    mixinStandardHelpOptions = true)
public final class WhyCommand extends ClientCommand {
  private static final int NODES_SHOWN = 50;

  @Parameters(
      paramLabel = "[pod] NAME",
      arity = "0..*",
      description = "The pod, or TYPE/NAME of a workload for the first of its pods.")
  private List<String> words = List.of();

  @Option(
      names = {"-o", "--output"},
      description = "json or yaml.")
  private String output = "";

  @Mixin private FileOptions files = new FileOptions();

  @Option(names = "--nodes", description = "Nodes to show at most.")
  private int nodesMax = NODES_SHOWN;

  public WhyCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (files.given()) {
      return unapplied(session);
    }
    String name = name();
    PodLookup lookup = new PodLookup(session.api(), session.discovery(), session.namespace());
    JsonNode pod = lookup.find(name).getFirst().path("metadata");
    String path =
        session
                .discovery()
                .resolve("pods")
                .path(pod.path("namespace").asText(), pod.path("name").asText())
            + "/why";
    print(session.api().get(path), false);
    return 0;
  }

  private void print(JsonNode why, boolean unapplied) {
    OutputFormat.parse(output, "", false, true)
        .printer(streams().out(), true)
        .ifPresentOrElse(
            printer -> printer.print(why),
            () -> WhyTable.print(why, unapplied, streams().out(), nodesMax));
  }

  /** Of workloads that are not applied one pod each is asked about. */
  private int unapplied(Session session) {
    if (!words.isEmpty()) {
      throw ClientException.error("name a pod or give -f, not both");
    }
    PodTrial trial = new PodTrial(session);
    boolean first = true;
    boolean refused = false;
    for (Manifest manifest : files.read(streams())) {
      var _ = session.manifestTargets().of(manifest);
      for (StackPods.Part part : StackPods.of(manifest).stream().limit(1).toList()) {
        if (!first && output.isEmpty()) {
          streams().out().println();
        }
        first = false;
        switch (trial.pod(part.pod())) {
          case PodTrial.Tried.Made(ObjectNode pod) -> {
            JsonNode metadata = pod.path("metadata");
            String path =
                trial.path(metadata.path("namespace").asText(), metadata.path("name").asText());
            print(session.api().exchange("POST", path, "application/json", pod), true);
          }
          case PodTrial.Tried.Refused(String why) -> {
            refused = true;
            streams().err().println(part.name() + " would be refused: " + why);
          }
        }
      }
    }
    if (first) {
      throw ClientException.error("nothing in these manifests makes pods");
    }
    return refused ? 1 : 0;
  }

  private String name() {
    if (words.size() == 1) {
      return words.getFirst();
    }
    if (words.size() == 2 && List.of("pod", "pods", "po").contains(words.getFirst())) {
      return words.get(1);
    }
    throw ClientException.error("expected 'why [pod] NAME' or 'why TYPE/NAME'");
  }
}

package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.cli.client.stream.PodLookup;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.why.WhyTable;
import java.util.List;
import picocli.CommandLine.Command;
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

  @Option(names = "--nodes", description = "Nodes to show at most.")
  private int nodesMax = NODES_SHOWN;

  public WhyCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    String name = name();
    PodLookup lookup = new PodLookup(session.api(), session.discovery(), session.namespace());
    JsonNode pod = lookup.find(name).getFirst().path("metadata");
    String path =
        session
                .discovery()
                .resolve("pods")
                .path(pod.path("namespace").asText(), pod.path("name").asText())
            + "/why";
    JsonNode why = session.api().get(path);
    OutputFormat.parse(output, "", false, true)
        .printer(streams().out(), true)
        .ifPresentOrElse(
            printer -> printer.print(why), () -> WhyTable.print(why, streams().out(), nodesMax));
    return 0;
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

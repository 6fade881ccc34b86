package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.PodLookup;
import dev.wherry.cli.client.stream.RemoteSession;
import dev.wherry.cli.client.stream.StreamOptions;
import dev.wherry.cli.client.stream.Terminal;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.pod.PodPhases;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry exec}. */
@Command(
    name = "exec",
    description = "Execute a command in a container.",
    mixinStandardHelpOptions = true)
public final class ExecCommand extends ClientCommand {
  @Parameters(
      paramLabel = "POD -- COMMAND",
      arity = "0..*",
      description = "The pod, or TYPE/NAME, and the command behind --.")
  private List<String> words = List.of();

  @Mixin private StreamOptions stream = new StreamOptions();

  @Option(names = "--pod-running-timeout", hidden = true)
  private String podRunningTimeout = "";

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  public ExecCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    check();
    PodLookup lookup = new PodLookup(session.api(), session.discovery(), session.namespace());
    JsonNode pod = lookup.find(words.getFirst()).getFirst();
    String phase = pod.path("status").path("phase").asText();
    if (PodPhases.isFinished(phase)) {
      throw ClientException.error(
          "cannot exec into a container in a completed pod; current phase is " + phase);
    }
    String name = stream.container(pod, streams().err());
    RemoteSession remote = new RemoteSession(session.api(), streams());
    Optional<Terminal> terminal = remote.terminal(stream.stdin(), stream.tty(), stream.quiet());
    ResourceType pods = session.discovery().resolve("pods");
    JsonNode metadata = pod.path("metadata");
    Query query =
        new Query(
                pods.path(metadata.path("namespace").asText(), metadata.path("name").asText())
                    + "/exec")
            .add("container", name)
            .add("stdin", stream.stdin())
            .add("stdout", true)
            .add("stderr", terminal.isEmpty())
            .add("tty", terminal.isPresent());
    words.subList(1, words.size()).forEach(word -> query.add("command", word));
    int code =
        terminal.isPresent()
            ? remote.inTerminal(query.toString(), terminal.get())
            : remote.plain(query.toString(), stream.stdin());
    if (code != 0) {
      throw ClientException.exit(code, "command terminated with exit code " + code);
    }
    return 0;
  }

  private void check() {
    boolean separated =
        spec != null && spec.commandLine().getParseResult().originalArgs().contains("--");
    if (words.isEmpty()) {
      throw ClientException.error("pod, type/name or --filename must be specified");
    }
    if (words.size() == 1) {
      throw ClientException.error("you must specify at least one command for the container");
    }
    if (!separated) {
      throw ClientException.error(
          "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n"
              + "See 'wherry exec -h' for help and examples");
    }
  }
}

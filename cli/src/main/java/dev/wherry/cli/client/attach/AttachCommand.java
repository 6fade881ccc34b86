package dev.wherry.cli.client.attach;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.DetachKeys;
import dev.wherry.cli.client.stream.PodLookup;
import dev.wherry.cli.client.stream.StreamOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.pod.PodPhases;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry attach}. */
@Command(
    name = "attach",
    description = "Attach to a container that runs.",
    mixinStandardHelpOptions = true)
public final class AttachCommand extends ClientCommand {
  @Parameters(paramLabel = "POD", arity = "0..*", description = "The pod, TYPE/NAME or TYPE NAME.")
  private List<String> words = List.of();

  @Mixin private StreamOptions stream = new StreamOptions();

  @Option(names = "--detach-keys", description = "Keys that leave the container running.")
  private String detachKeys = "ctrl-p,ctrl-q";

  @Option(names = "--pod-running-timeout", description = "How long to wait for a pod.")
  private String podRunningTimeout = "1m0s";

  public AttachCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (words.isEmpty()) {
      throw ClientException.error("at least 1 argument is required for attach");
    }
    if (words.size() > 2) {
      throw ClientException.error(
          "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw %d: %s"
              .formatted(words.size(), words.toString().replace(",", "")));
    }
    if (!GoDuration.flag("--pod-running-timeout", podRunningTimeout).isPositive()) {
      throw ClientException.error("--pod-running-timeout must be higher than zero");
    }
    PodLookup lookup = new PodLookup(session.api(), session.discovery(), session.namespace());
    JsonNode pod = lookup.find(String.join("/", words)).getFirst();
    String phase = pod.path("status").path("phase").asText();
    if (PodPhases.isFinished(phase)) {
      throw ClientException.error(
          "cannot attach a container in a completed pod; current phase is " + phase);
    }
    String name = stream.container(pod, streams().err());
    new Attachment(stream.stdin(), stream.tty(), stream.quiet(), DetachKeys.parse(detachKeys))
        .run(session, pod, name);
    return 0;
  }
}

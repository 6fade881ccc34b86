package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.LogStreams;
import dev.wherry.cli.client.stream.PodContainers;
import dev.wherry.cli.client.stream.PodLookup;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry logs}. */
@Command(
    name = "logs",
    description = "Print the logs of containers.",
    mixinStandardHelpOptions = true)
public final class LogsCommand extends ClientCommand {
  @Mixin private LogOptions options = new LogOptions();

  @Parameters(
      paramLabel = "POD",
      arity = "0..*",
      description = "The pod, or TYPE/NAME; then perhaps a container.")
  private List<String> words = List.of();

  @Option(
      names = {"-c", "--container"},
      description = "The container; by default the first.")
  private String container = "";

  @Option(
      names = "--all-containers",
      arity = "0..1",
      fallbackValue = "true",
      description = "All containers of the pod.")
  private boolean allContainers;

  @Option(
      names = "--all-pods",
      arity = "0..1",
      fallbackValue = "true",
      description = "All pods of the workload, with their names.")
  private boolean allPods;

  @Option(
      names = {"-l", "--selector"},
      description = "Pods by labels.")
  private String labels = "";

  @Option(
      names = "--prefix",
      arity = "0..1",
      fallbackValue = "true",
      description = "Say of each line where it comes from.")
  private boolean prefix;

  @Option(names = "--max-log-requests", description = "How many logs may be followed at once.")
  private int requestsMax = 5;

  @Option(
      names = "--ignore-errors",
      arity = "0..1",
      fallbackValue = "true",
      description = "Go on with the other logs when one fails.")
  private boolean ignoreErrors;

  @Option(names = "--pod-running-timeout", hidden = true)
  private String podRunningTimeout = "";

  public LogsCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (words.size() > 1 && container.isEmpty()) {
      container = words.get(1);
    }
    List<LogStreams.Source> sources = new ArrayList<>();
    List<JsonNode> pods = pods(session);
    for (JsonNode pod : pods) {
      for (String name : containers(pod)) {
        JsonNode metadata = pod.path("metadata");
        String path =
            session
                    .discovery()
                    .resolve("pods")
                    .path(metadata.path("namespace").asText(), metadata.path("name").asText())
                + "/log";
        boolean named = prefix || allPods;
        String line = named ? "[pod/%s/%s] ".formatted(metadata.path("name").asText(), name) : "";
        sources.add(new LogStreams.Source(options.query(path, name, !labels.isEmpty()), line));
      }
    }
    LogStreams logs = new LogStreams(session.api(), streams().out(), ignoreErrors, streams().err());
    if (options.follow() && sources.size() > 1) {
      if (sources.size() > requestsMax) {
        throw ClientException.error(
            ("you are attempting to follow %d log streams, but maximum allowed concurrency is %d,"
                    + " use --max-log-requests to increase the limit")
                .formatted(sources.size(), requestsMax));
      }
      logs.together(sources);
    } else {
      logs.oneByOne(sources);
    }
    return 0;
  }

  private List<JsonNode> pods(Session session) {
    PodLookup lookup = new PodLookup(session.api(), session.discovery(), session.namespace());
    if (!labels.isEmpty()) {
      if (!words.isEmpty()) {
        throw ClientException.error("only a selector (-l) or a POD name is allowed");
      }
      List<JsonNode> found = lookup.select(labels);
      if (found.isEmpty()) {
        streams().err().println("No resources found in " + session.namespace() + " namespace.");
      }
      return found;
    }
    if (words.isEmpty()) {
      throw ClientException.error(
          "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n"
              + "POD or TYPE/NAME is a required argument for the logs command\n"
              + "See 'wherry logs -h' for help and examples");
    }
    try {
      List<JsonNode> found = lookup.find(words.getFirst());
      if (found.size() > 1 && !allPods) {
        JsonNode first = found.getFirst();
        streams()
            .err()
            .printf(
                "Found %d pods, using pod/%s%n",
                found.size(), first.path("metadata").path("name").asText());
        return List.of(first);
      }
      return found;
    } catch (ApiException e) {
      throw lookup.notFound(e);
    }
  }

  private List<String> containers(JsonNode pod) {
    PodContainers containers = new PodContainers(pod);
    if (allContainers) {
      return containers.inOrder();
    }
    if (container.isEmpty()) {
      return List.of(containers.defaulted(streams().err(), !labels.isEmpty() || allPods));
    }
    if (!containers.has(container)) {
      throw ClientException.error(
          "container %s is not valid for pod %s out of: %s"
              .formatted(container, pod.path("metadata").path("name").asText(), containers.list()));
    }
    return List.of(container);
  }
}

package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.top.Usage;
import dev.wherry.cli.client.top.UsageTables;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.machinery.client.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wherry top nodes} and {@code wherry top pods}. */
@Command(
    name = "top",
    description = "Display resource (CPU/memory) usage.",
    mixinStandardHelpOptions = true)
public final class TopCommand implements Callable<Integer> {
  private static final String GROUP = "/apis/metrics.k8s.io/v1beta1";

  @Spec private CommandSpec spec = CommandSpec.create();

  private TopCommand() {}

  /** {@code top} with its two tables. */
  static CommandLine command(Streams streams) {
    return new CommandLine(new TopCommand())
        .addSubcommand(new OfNodes(streams))
        .addSubcommand(new OfPods(streams));
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }

  /** Flags of both tables. */
  static final class TableOptions {
    @Option(
        names = {"-l", "--selector"},
        description = "Selector (label query) to filter on.")
    private String labels = "";

    @Option(names = "--sort-by", description = "cpu or memory.")
    private String sortBy = "";

    @Option(names = "--no-headers", arity = "0..1", fallbackValue = "true")
    private boolean noHeaders;

    @Option(
        names = "--use-protocol-buffers",
        arity = "0..1",
        fallbackValue = "true",
        description = "Taken for kubectl's sake; JSON is spoken.")
    private boolean protocolBuffers;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only this one.")
    private String name = "";

    void check(String clash, boolean chosen) {
      if (!List.of("", "cpu", "memory").contains(sortBy)) {
        throw ClientException.error("--sort-by accepts only cpu or memory");
      }
      if (!name.isEmpty() && chosen) {
        throw ClientException.error(clash);
      }
    }
  }

  /** One or all, as the name says. */
  private static List<JsonNode> read(Session session, String collection, String name, Query list) {
    List<JsonNode> found = new ArrayList<>();
    if (name.isEmpty()) {
      session.api().get(list.toString()).path("items").forEach(found::add);
    } else {
      found.add(session.api().get(collection + "/" + Query.segment(name)));
    }
    return found;
  }

  private static void requireFigures(Session session) {
    for (JsonNode group : session.api().get("/apis").path("groups")) {
      if (group.path("name").asText().equals("metrics.k8s.io")) {
        return;
      }
    }
    throw ClientException.error("Metrics API not available");
  }

  /** {@code top nodes}. */
  @Command(
      name = "node",
      aliases = {"nodes", "no"},
      description = "Display resource (CPU/memory) usage of nodes.",
      mixinStandardHelpOptions = true)
  static final class OfNodes extends ClientCommand {
    @Mixin private TableOptions options = new TableOptions();

    @Option(
        names = "--show-capacity",
        arity = "0..1",
        fallbackValue = "true",
        description = "Shares of the capacity instead of what is allocatable.")
    private boolean capacity;

    OfNodes(Streams streams) {
      super(streams);
    }

    @Override
    protected int run(Session session) {
      options.check("only one of NAME or --selector can be provided", !options.labels.isEmpty());
      requireFigures(session);
      String path = GROUP + "/nodes";
      List<Usage> usages =
          read(session, path, options.name, new Query(path).add("labelSelector", options.labels))
              .stream()
              .map(Usage::of)
              .toList();
      if (usages.isEmpty()) {
        throw ClientException.error("metrics not available yet");
      }
      Map<String, JsonNode> available = new LinkedHashMap<>();
      String nodes = "/api/v1/nodes";
      for (JsonNode node :
          read(
              session,
              nodes,
              options.name,
              new Query(nodes).add("labelSelector", options.labels))) {
        available.put(
            node.at("/metadata/name").asText(),
            node.path("status").path(capacity ? "capacity" : "allocatable"));
      }
      new UsageTables(streams().out()).nodes(usages, available, !options.noHeaders, options.sortBy);
      return 0;
    }
  }

  /** {@code top pods}. */
  @Command(
      name = "pod",
      aliases = {"pods", "po"},
      description = "Display resource (CPU/memory) usage of pods.",
      mixinStandardHelpOptions = true)
  static final class OfPods extends ClientCommand {
    /** Younger pods may have no figures yet. */
    private static final Duration YOUNG = Duration.ofMinutes(2);

    @Mixin private TableOptions options = new TableOptions();

    @Option(names = "--field-selector", description = "Selector (field query) to filter on.")
    private String fields = "";

    @Option(names = "--containers", arity = "0..1", fallbackValue = "true")
    private boolean containers;

    @Option(
        names = {"-A", "--all-namespaces"},
        arity = "0..1",
        fallbackValue = "true")
    private boolean everywhere;

    @Option(names = "--sum", arity = "0..1", fallbackValue = "true")
    private boolean sum;

    OfPods(Streams streams) {
      super(streams);
    }

    @Override
    protected int run(Session session) {
      options.check(
          "only one of NAME or selector can be provided",
          !options.labels.isEmpty() || !fields.isEmpty());
      requireFigures(session);
      String scope = everywhere ? "" : "/namespaces/" + session.namespace();
      List<JsonNode> figures =
          read(
              session,
              GROUP + scope + "/pods",
              options.name,
              new Query(GROUP + scope + "/pods").add("labelSelector", options.labels));
      if (!figures.isEmpty() && !fields.isEmpty()) {
        Set<String> chosen = chosen(session, scope);
        figures = figures.stream().filter(one -> chosen.contains(identity(one))).toList();
      }
      if (figures.isEmpty()) {
        explain(session, scope);
        return 0;
      }
      new UsageTables(streams().out())
          .pods(
              figures.stream().map(Usage::of).toList(),
              new UsageTables.PodStyle(
                  containers, everywhere, !options.noHeaders, options.sortBy, sum));
      return 0;
    }

    private List<JsonNode> pods(Session session, String scope) {
      String path = "/api/v1" + scope + "/pods";
      return read(
          session,
          path,
          options.name,
          new Query(path).add("labelSelector", options.labels).add("fieldSelector", fields));
    }

    private Set<String> chosen(Session session, String scope) {
      Set<String> chosen = new TreeSet<>();
      pods(session, scope).forEach(pod -> chosen.add(identity(pod)));
      return chosen;
    }

    private static String identity(JsonNode object) {
      return object.at("/metadata/namespace").asText() + "/" + object.at("/metadata/name").asText();
    }

    /** Why there is nothing: no pods, pods too young, or pods that should have figures. */
    private void explain(Session session, String scope) {
      List<JsonNode> pods = pods(session, scope);
      for (JsonNode pod : pods) {
        Instant created = Instant.parse(pod.at("/metadata/creationTimestamp").asText());
        Duration age = Duration.between(created, session.clock().instant());
        if (age.compareTo(YOUNG) > 0) {
          throw ClientException.error(
              "Metrics not available for pod "
                  + identity(pod)
                  + ", age: "
                  + age.toString().substring(2).toLowerCase(java.util.Locale.ROOT));
        }
      }
      if (!pods.isEmpty()) {
        throw ClientException.error("metrics not available yet");
      }
      streams()
          .err()
          .println(
              everywhere
                  ? "No resources found"
                  : "No resources found in " + session.namespace() + " namespace.");
    }
  }
}

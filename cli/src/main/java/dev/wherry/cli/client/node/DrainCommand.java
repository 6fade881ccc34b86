package dev.wherry.cli.client.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code wherry drain}: closes a node and evicts its pods. */
@Command(
    name = "drain",
    description = "Empty nodes before maintenance.",
    mixinStandardHelpOptions = true)
public final class DrainCommand extends NodeVerb {
  @Mixin private DrainOptions options = new DrainOptions();

  public DrainCommand(Streams streams) {
    super(streams);
  }

  /** The pods that leave a node, and what is to be said of the others. */
  private record Departure(
      List<JsonNode> pods, Map<String, List<String>> refused, Map<String, List<String>> notes) {
    static String listed(Map<String, List<String>> byReason, String prefix) {
      List<String> parts = new ArrayList<>();
      byReason.forEach((why, pods) -> parts.add(prefix + why + ": " + String.join(", ", pods)));
      return parts.size() == 1 || prefix.isEmpty()
          ? String.join("; ", parts)
          : "[" + String.join(", ", parts) + "]";
    }
  }

  @Override
  String verb() {
    return "drain";
  }

  @Override
  protected int run(Session session) {
    options.podSelector();
    List<Found> nodes = nodes(session);
    cordon(session, nodes, true);
    List<String> failures = new ArrayList<>();
    List<String> pending = new ArrayList<>();
    for (Found node : nodes) {
      try {
        empty(session, node);
        change().print(streams().out(), node.object(), "drained");
      } catch (ApiException | ClientException e) {
        String why = e instanceof ApiException api ? api.text() : ((ClientException) e).text();
        streams().out().flush();
        streams()
            .err()
            .println(
                "error: unable to drain node \"%s\" due to error: %s, continuing command..."
                    .formatted(node.name(), why));
        failures.add(why);
        pending.add(node.name());
      }
    }
    if (!pending.isEmpty()) {
      streams().err().println("There are pending nodes to be drained:");
      pending.forEach(name -> streams().err().println(" " + name));
      throw ClientException.verbatim(String.join("\n", failures));
    }
    return 0;
  }

  private void empty(Session session, Found node) {
    Departure departure = departure(session, node.name());
    if (!departure.refused().isEmpty()) {
      throw ClientException.verbatim(Departure.listed(departure.refused(), "cannot delete "));
    }
    if (!departure.notes().isEmpty()) {
      streams().err().println("Warning: " + Departure.listed(departure.notes(), ""));
    }
    if (change().dryRun() == DryRun.CLIENT) {
      for (JsonNode pod : departure.pods()) {
        streams().out().println("evicting pod " + name(pod) + " (dry run)");
      }
      return;
    }
    List<String> failures = new Eviction(session, options, change()).all(departure.pods());
    if (failures.isEmpty()) {
      return;
    }
    String why =
        failures.size() == 1 ? failures.getFirst() : "[" + String.join(", ", failures) + "]";
    streams().out().flush();
    streams()
        .err()
        .println(
            "There are pending pods in node \"%s\" when an error occurred: %s"
                .formatted(node.name(), why));
    departure(session, node.name())
        .pods()
        .forEach(
            pod -> streams().err().println("pod/" + pod.path("metadata").path("name").asText()));
    throw ClientException.verbatim(why);
  }

  private static String name(JsonNode pod) {
    JsonNode metadata = pod.path("metadata");
    return metadata.path("namespace").asText() + "/" + metadata.path("name").asText();
  }

  private Departure departure(Session session, String node) {
    Departure departure =
        new Departure(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    Target all = new Target(session.discovery().resolve("pods"), "", "", "");
    Lists.Filter filter =
        new Lists.Filter(
            options.podSelector(), "spec.nodeName=" + node, options.pageItems(), false);
    Lists.read(
        session.api(),
        all,
        filter,
        Api.JSON,
        page -> page.path("items").forEach(pod -> decide(session, pod, departure)));
    return departure;
  }

  private void decide(Session session, JsonNode pod, Departure departure) {
    if (pod instanceof ObjectNode object) {
      object.put("apiVersion", "v1").put("kind", "Pod");
    }
    PodFate fate =
        PodFate.of(
            pod,
            options.allowed(),
            missingDaemonSet(session, pod),
            Eviction.overdue(pod, session.clock().instant(), options.overdueSeconds()));
    if (fate.leaves()) {
      departure.pods().add(pod);
    }
    if (!fate.note().isEmpty()) {
      (fate.refused() ? departure.refused() : departure.notes())
          .computeIfAbsent(fate.note(), why -> new ArrayList<>())
          .add(name(pod));
    }
  }

  private static String missingDaemonSet(Session session, JsonNode pod) {
    JsonNode owner = PodFate.controller(pod);
    if (!PodFate.isDaemonSet(owner)) {
      return "";
    }
    String namespace = pod.path("metadata").path("namespace").asText();
    try {
      session
          .api()
          .get(
              session
                  .discovery()
                  .resolve("daemonsets.apps")
                  .path(namespace, owner.path("name").asText()));
      return "";
    } catch (ApiException e) {
      return e.text();
    }
  }
}

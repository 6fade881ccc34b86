package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.describe.Descriptions;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Targets;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry describe}. */
@Command(
    name = "describe",
    description = "Show details of resources.",
    mixinStandardHelpOptions = true)
public final class DescribeCommand extends ClientCommand {
  @Mixin private FileOptions files = new FileOptions();

  @Parameters(
      paramLabel = "TYPE [NAME]",
      arity = "0..*",
      description = "TYPE, TYPE NAME, TYPE NAME_PREFIX, TYPE/NAME.")
  private List<String> words = List.of();

  @Option(
      names = {"-A", "--all-namespaces"},
      arity = "0..1",
      fallbackValue = "true",
      description = "All namespaces.")
  private boolean everywhere;

  @Option(
      names = {"-l", "--selector"},
      description = "Label selector.")
  private String labels = "";

  @Option(
      names = "--show-events",
      arity = "0..1",
      fallbackValue = "true",
      description = "Show events; by default only for one object.")
  private Optional<Boolean> events = Optional.empty();

  /** An object, and whether only the beginning of its name was given. */
  private record Described(Target target, JsonNode object, boolean alike) {}

  public DescribeCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    Failures failures = new Failures();
    List<Described> all = new ArrayList<>();
    for (Target target : targets(session)) {
      try {
        for (JsonNode object : objects(session, target)) {
          boolean alike = !target.name().isEmpty() && !name(object).equals(target.name());
          all.add(new Described(target, object, alike));
        }
      } catch (ApiException e) {
        failures.add(e);
      }
    }
    print(session, all, failures);
    if (all.isEmpty() && failures.isEmpty()) {
      streams()
          .err()
          .println(
              !everywhere
                  ? "No resources found in " + session.namespace() + " namespace."
                  : "No resources found");
    }
    failures.raise();
    return 0;
  }

  private void print(Session session, List<Described> all, Failures failures) {
    boolean one = failures.isEmpty() && all.size() == 1 && !all.getFirst().alike();
    Descriptions descriptions =
        new Descriptions(session.api(), events.orElse(one), session.clock());
    int shown = 0;
    for (Described each : all) {
      try {
        String text = descriptions.describe(each.target().type(), each.object());
        String before = shown++ == 0 || each.alike() ? "" : "\n\n";
        streams().out().print(before + text + (each.alike() ? "\n" : ""));
      } catch (ApiException e) {
        failures.add(e);
      }
    }
  }

  private List<Target> targets(Session session) {
    if (files.given()) {
      List<Target> targets = new ArrayList<>();
      for (Manifest manifest : files.read(streams())) {
        targets.add(session.manifestTargets().of(manifest));
      }
      return targets;
    }
    if (words.isEmpty()) {
      throw ClientException.verbatim(
          "You must specify the type of resource to describe. Use \"wherry api-resources\" for a"
              + " complete list of supported resources.");
    }
    Targets.Scope scope = new Targets.Scope(session.namespace(), everywhere, !labels.isEmpty());
    return Targets.parse(words, scope, session.discovery()).all();
  }

  private List<JsonNode> objects(Session session, Target target) {
    try {
      return read(session, target);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND || target.name().isEmpty()) {
        throw e;
      }
      List<JsonNode> alike =
          read(session, new Target(target.type(), target.namespace(), "", "")).stream()
              .filter(o -> name(o).startsWith(target.name()))
              .toList();
      if (alike.isEmpty()) {
        throw e;
      }
      return alike;
    }
  }

  private static String name(JsonNode object) {
    return object.path("metadata").path("name").asText();
  }

  private List<JsonNode> read(Session session, Target target) {
    List<JsonNode> objects = new ArrayList<>();
    Lists.read(
        session.api(),
        target,
        Lists.Filter.ofLabels(labels),
        Api.JSON,
        page -> {
          if (target.name().isEmpty()) {
            page.path("items").forEach(objects::add);
          } else {
            objects.add(page);
          }
        });
    return objects;
  }
}

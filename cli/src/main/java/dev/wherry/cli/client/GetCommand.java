package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.print.ObjectPrinter;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Targets;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.OutputOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry get}. */
@Command(
    name = "get",
    description = "Display one or many resources.",
    mixinStandardHelpOptions = true)
public final class GetCommand extends ClientCommand {
  @Mixin private OutputOptions output = new OutputOptions();
  @Mixin private FileOptions files = new FileOptions();
  @Mixin private GetOptions options = new GetOptions();

  @Parameters(paramLabel = "TYPE [NAME]", description = "TYPE, TYPE NAME, TYPE/NAME, TYPE,TYPE.")
  private List<String> words = List.of();

  @Option(names = "--raw", description = "A path to read from the server.")
  private String raw = "";

  public GetCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (!raw.isEmpty()) {
      byte[] answer = session.api().send("GET", raw, Api.JSON, "", new byte[0]);
      streams().out().print(new String(answer, StandardCharsets.UTF_8));
      return 0;
    }
    OutputFormat format = output.format();
    Optional<ObjectPrinter> printer = format.printer(streams().out(), options.headers());
    Targets targets = targets(session);
    if (!options.subresource().isEmpty()
        && targets.all().stream().anyMatch(target -> target.name().isEmpty())) {
      throw ClientException.error("subresource cannot be used when bulk resources are specified");
    }
    if (options.watching()) {
      new GetWatch(session, options, format, printer).run(targets);
      return 0;
    }
    if (printer.isPresent()) {
      objects(session, targets, printer.get());
    } else {
      new GetTables(session, options, format).run(targets);
    }
    return 0;
  }

  private Targets targets(Session session) {
    if (files.given()) {
      if (!words.isEmpty()) {
        throw ClientException.error(
            "when paths, URLs, or stdin is provided as input, you may not specify resource"
                + " arguments as well");
      }
      List<Target> targets = new ArrayList<>();
      for (Manifest manifest : files.read(streams())) {
        targets.add(session.manifestTargets().of(manifest));
      }
      return new Targets(targets, targets.size() == 1);
    }
    if (words.isEmpty()) {
      throw ClientException.verbatim(
          "You must specify the type of resource to get. Use \"wherry api-resources\" for a complete"
              + " list of supported resources.\n\n"
              + "error: Required resource not specified.\n"
              + "Use \"wherry explain <resource>\" for a detailed description of that resource (e.g."
              + " wherry explain pods).\n"
              + "See 'wherry get -h' for help and examples");
    }
    return Targets.parse(words, options.scope(session), session.discovery());
  }

  private void objects(Session session, Targets targets, ObjectPrinter printer) {
    Failures failures = new Failures();
    ArrayNode items = Json.array();
    for (Target target : targets.all()) {
      try {
        Lists.read(
            session.api(),
            target,
            options.filter(),
            Api.JSON,
            page -> {
              if (!target.name().isEmpty()) {
                items.add(page);
                return;
              }
              for (JsonNode item : page.path("items")) {
                items.add(typed(item, target));
              }
            });
      } catch (ApiException e) {
        if (!(options.ignoreNotFound() && e.reason() == Reason.NOT_FOUND)) {
          failures.add(e);
        }
      }
    }
    if (!targets.single()) {
      ObjectNode list = Json.object();
      list.put("apiVersion", "v1").put("kind", "List");
      list.putObject("metadata").put("resourceVersion", "");
      list.set("items", options.sorted(items));
      if (failures.isEmpty() || !items.isEmpty()) {
        printer.print(list);
      }
    } else if (!items.isEmpty()) {
      printer.print(items.get(0));
    }
    failures.raise();
  }

  /** Items of a list may come without kind and version. */
  private static JsonNode typed(JsonNode item, Target target) {
    if (item instanceof ObjectNode object && !object.has("kind")) {
      object.put("apiVersion", target.type().apiVersion()).put("kind", target.type().kind());
    }
    return item;
  }
}

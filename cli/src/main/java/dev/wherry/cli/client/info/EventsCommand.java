package dev.wherry.cli.client.info;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.describe.Ages;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.print.ObjectPrinter;
import dev.wherry.cli.client.print.TabWriter;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Watch;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.OutputOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry events}. */
@Command(
    name = "events",
    description = "List events, the latest last.",
    mixinStandardHelpOptions = true)
public final class EventsCommand extends ClientCommand {
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = {"-A", "--all-namespaces"},
      arity = "0..1",
      fallbackValue = "true",
      description = "All namespaces.")
  private boolean everywhere;

  @Option(names = "--for", description = "Only events of TYPE/NAME.")
  private String about = "";

  @Option(names = "--types", split = ",", description = "Only events of these types.")
  private List<String> types = List.of();

  @Option(
      names = {"-w", "--watch"},
      arity = "0..1",
      fallbackValue = "true",
      description = "List, then follow.")
  private boolean watch;

  @Option(names = "--no-headers", arity = "0..1", fallbackValue = "true")
  private boolean noHeaders;

  @Option(names = "--chunk-size", hidden = true)
  private int pageItems = 500;

  private boolean headed;

  public EventsCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    for (String type : types) {
      if (!type.equalsIgnoreCase("Normal") && !type.equalsIgnoreCase("Warning")) {
        throw ClientException.error("valid --types are Normal or Warning");
      }
    }
    Target all =
        new Target(
            session.discovery().resolve("events"), everywhere ? "" : session.namespace(), "", "");
    Lists.Filter filter = new Lists.Filter("", fields(session), pageItems, false);
    List<JsonNode> events = new ArrayList<>();
    String version =
        Lists.read(
            session.api(),
            all,
            filter,
            Api.JSON,
            page ->
                page.path("items")
                    .forEach(event -> {
                      if (wanted(event)) {
                        events.add(event);
                      }
                    }));
    events.sort(Comparator.comparing(Ages::lastSeen));
    if (events.isEmpty() && !watch) {
      streams()
          .err()
          .println(
              everywhere
                  ? "No events found."
                  : "No events found in " + session.namespace() + " namespace.");
      return 0;
    }
    TabWriter table = TabWriter.ofTables(streams().out());
    Optional<ObjectPrinter> printer = output.format().printer(streams().out(), true);
    print(session, table, printer, events);
    boolean more = watch;
    while (more) {
      more =
          Watch.follow(
              session.api(),
              Lists.watchPath(all, filter, version),
              Api.JSON,
              (type, event) -> {
                if (!type.equals("DELETED") && wanted(event)) {
                  print(session, table, printer, List.of(event));
                }
                return !streams().out().checkError();
              });
    }
    return 0;
  }

  private String fields(Session session) {
    if (about.isEmpty()) {
      return "";
    }
    int slash = about.indexOf('/');
    if (slash < 0) {
      throw ClientException.error("--for must be in resource/name form");
    }
    ResourceType type = session.discovery().resolve(about.substring(0, slash));
    return "involvedObject.kind=%s,involvedObject.name=%s,involvedObject.apiVersion=%s"
        .formatted(type.kind(), about.substring(slash + 1), type.apiVersion());
  }

  private boolean wanted(JsonNode event) {
    String type = event.path("type").asText("");
    return types.isEmpty() || types.stream().anyMatch(type::equalsIgnoreCase);
  }

  private void print(
      Session session, TabWriter table, Optional<ObjectPrinter> printer, List<JsonNode> events) {
    if (printer.isPresent()) {
      var list = Json.object();
      list.put("apiVersion", "v1").put("kind", "EventList").putObject("metadata");
      list.putArray("items").addAll(events);
      printer.get().print(list);
      return;
    }
    if (!headed && !noHeaders) {
      table.line((everywhere ? "NAMESPACE\t" : "") + "LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE");
    }
    headed = true;
    for (JsonNode event : events) {
      JsonNode object = event.path("involvedObject");
      table.line(
          String.join(
              "\t",
              (everywhere ? event.path("metadata").path("namespace").asText() + "\t" : "")
                  + Ages.ofEvent(event, session.clock()),
              plain(event.path("type")),
              plain(event.path("reason")),
              plain(object.path("kind")) + "/" + plain(object.path("name")),
              plain(event.path("message")).strip()));
    }
    table.flush();
  }

  /** What objects say must not be able to steer the terminal. */
  private static String plain(JsonNode text) {
    return text.asText("").replace("\u001b", "^[");
  }
}

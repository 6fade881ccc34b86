package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.print.ObjectPrinter;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.cli.client.print.TablePrinter;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Targets;
import dev.wherry.cli.client.select.Watch;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.model.json.Json;
import java.util.Optional;

/** {@code get -w}: the present objects, then every change, until the user ends it. */
final class GetWatch {
  private final Session session;
  private final GetOptions options;
  private final GetTables tables;
  private final Optional<ObjectPrinter> objects;
  private String version = "";

  GetWatch(
      Session session, GetOptions options, OutputFormat format, Optional<ObjectPrinter> objects) {
    this.session = session;
    this.options = options;
    this.tables = new GetTables(session, options, format);
    this.objects = objects;
  }

  void run(Targets targets) {
    if (targets.all().size() != 1) {
      throw ClientException.error(
          targets.severalTypes()
              ? "you may only specify a single resource type"
              : "watch is only supported on individual resources and resource collections - more"
                  + " than 1 resources were found");
    }
    Target target = targets.all().getFirst();
    TablePrinter printer = tables.printer(target, false);
    String accept = objects.isPresent() ? Api.JSON : Lists.TABLE;
    version =
        Lists.read(
            session.api(),
            target,
            options.filter(),
            accept,
            page -> {
              if (!options.watchOnly()) {
                first(page, printer);
              }
            });
    flush();
    boolean more = true;
    while (more) {
      more =
          Watch.follow(
              session.api(),
              Lists.watchPath(target, options.filter(), version),
              accept,
              (type, object) -> {
                print(object, type, printer);
                flush();
                return !session.streams().out().checkError();
              });
    }
  }

  private void first(JsonNode page, TablePrinter printer) {
    if (objects.isPresent() && page.path("items").isArray()) {
      page.path("items").forEach(item -> print(item, "ADDED", printer));
    } else {
      print(page, "ADDED", printer);
    }
  }

  private void print(JsonNode object, String type, TablePrinter printer) {
    if (objects.isPresent()) {
      remember(object);
      objects.get().print(options.events() ? event(type, object) : object);
    } else {
      object.path("rows").forEach(row -> remember(row.path("object")));
      printer.print(object, options.events() ? type : "");
    }
  }

  /** A server may end a watch at any time; the next one goes on from here. */
  private void remember(JsonNode object) {
    String seen = object.path("metadata").path("resourceVersion").asText("");
    if (!seen.isEmpty()) {
      version = seen;
    }
  }

  private static JsonNode event(String type, JsonNode object) {
    ObjectNode event = Json.object();
    event.put("type", type).set("object", object);
    return event;
  }

  private void flush() {
    tables.out().flush();
    session.streams().out().flush();
  }
}

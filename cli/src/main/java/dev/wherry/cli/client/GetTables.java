package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.cli.client.print.TabWriter;
import dev.wherry.cli.client.print.TablePrinter;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Targets;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;

/** The human form of {@code get}: one table per type, as kubectl separates them. */
final class GetTables {
  private final Session session;
  private final GetOptions options;
  private final OutputFormat format;
  private final TabWriter out;
  private boolean written;

  GetTables(Session session, GetOptions options, OutputFormat format) {
    this.session = session;
    this.options = options;
    this.format = format;
    this.out = TabWriter.ofTables(session.streams().out());
  }

  /** The printer of a type's tables. */
  TablePrinter printer(Target target, boolean kinds) {
    return new TablePrinter(
        new TablePrinter.Options(
            format.isWide(),
            options.headers(),
            options.everywhere() && target.type().namespaced(),
            kinds || options.showKind() ? target.type().label() : "",
            options.showLabels(),
            options.labelColumns()),
        out);
  }

  TabWriter out() {
    return out;
  }

  void run(Targets targets) {
    Failures failures = new Failures();
    boolean separate = false;
    Target last = targets.all().getFirst();
    TablePrinter printer = printer(last, targets.severalTypes());
    for (Target target : targets.all()) {
      if (!target.type().equals(last.type())) {
        out.flush();
        out.forgetWidths();
        separate = written && options.headers();
        printer = printer(target, targets.severalTypes());
        last = target;
      }
      separate = read(target, printer, separate, failures);
    }
    out.flush();
    if (!written && failures.isEmpty() && !options.ignoreNotFound()) {
      boolean namespaced =
          !options.everywhere() && targets.all().stream().allMatch(t -> t.type().namespaced());
      session
          .streams()
          .err()
          .println(
              namespaced
                  ? "No resources found in " + session.namespace() + " namespace."
                  : "No resources found");
    }
    failures.raise();
  }

  /** Prints a target's rows; the answer says whether an empty line is still due. */
  private boolean read(Target target, TablePrinter printer, boolean separate, Failures failures) {
    boolean[] due = {separate};
    try {
      Lists.read(
          session.api(),
          target,
          options.filter(),
          Lists.TABLE,
          table -> {
            if (table.path("rows").isEmpty()) {
              return;
            }
            if (due[0]) {
              out.line("");
              due[0] = false;
            }
            printer.print(sorted(table), "");
            written = true;
          });
    } catch (ApiException e) {
      if (!(options.ignoreNotFound() && e.reason() == Reason.NOT_FOUND)) {
        failures.add(e);
      }
    }
    return due[0];
  }

  private JsonNode sorted(JsonNode table) {
    if (options.sorting() && table instanceof ObjectNode whole) {
      whole.set("rows", options.sorted((ArrayNode) table.path("rows"), "object"));
    }
    return table;
  }
}

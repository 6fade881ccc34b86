package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.describe.TemplateText;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.print.NamePrinter;
import dev.wherry.cli.client.print.ObjectPrinter;
import dev.wherry.cli.client.print.TabWriter;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.OutputOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry rollout history}. */
@Command(
    name = "history",
    description = "Show the revisions of a workload.",
    mixinStandardHelpOptions = true)
final class RolloutHistory extends RolloutVerb {
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(names = "--revision", description = "Show the template of this revision.")
  private long revision;

  RolloutHistory(Streams streams) {
    super(streams);
  }

  @Override
  void check() {
    if (revision < 0) {
      throw ClientException.error("revision must be a positive integer: " + revision);
    }
  }

  @Override
  void each(Session session, Found workload) {
    Revisions revisions =
        Revisions.of(session, workload, "no history viewer has been implemented for %s");
    Optional<ObjectPrinter> printer = output.format().printer(streams().out(), true);
    if (printer.isPresent()) {
      List<Revision> shown = revision > 0 ? List.of(one(revisions)) : revisions.all();
      shown.forEach(each -> printer.get().print(each.object()));
      return;
    }
    String with = revision > 0 ? "with revision #" + revision : "";
    String text = revisions.all().isEmpty() ? "No rollout history found." : text(revisions);
    new NamePrinter(streams().out(), with + "\n" + text).print(workload.object());
  }

  private Revision one(Revisions revisions) {
    return revisions
        .find(revision)
        .orElseThrow(() -> ClientException.error("unable to find the specified revision"));
  }

  private String text(Revisions revisions) {
    if (revision > 0) {
      return TemplateText.of(explained(one(revisions)));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TabWriter table =
        TabWriter.ofDescriptions(new PrintStream(bytes, false, StandardCharsets.UTF_8));
    table.line("REVISION\tCHANGE-CAUSE");
    for (Revision each : revisions.all()) {
      table.line(each.number() + "\t" + (each.change().isEmpty() ? "<none>" : each.change()));
    }
    table.flush();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** A ReplicaSet's change cause is shown among the annotations of its template. */
  private static ObjectNode explained(Revision one) {
    ObjectNode template = one.template().deepCopy();
    if (!one.change().isEmpty() && one.data().isMissingNode()) {
      template
          .withObject("/metadata")
          .withObject("/annotations")
          .put(Revisions.CHANGE_CAUSE, one.change());
    }
    return template;
  }
}

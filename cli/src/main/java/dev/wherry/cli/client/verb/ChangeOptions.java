package dev.wherry.cli.client.verb;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.print.NamePrinter;
import dev.wherry.cli.client.print.ObjectPrinter;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.machinery.client.Query;
import java.io.PrintStream;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What verbs that change something have in common: dry runs, the owner, saying what happened. */
public final class ChangeOptions {
  @Option(names = "--dry-run", description = "none, client or server.")
  private String dryRun = "none";

  @Option(names = "--field-manager", description = "Name of the owner of the fields.")
  private String fieldManager = "";

  @Mixin private OutputOptions output = new OutputOptions();

  private Optional<ObjectPrinter> printer = Optional.empty();

  public DryRun dryRun() {
    return DryRun.of(dryRun);
  }

  /**
   * A path with the parameters of a change.
   *
   * @param manager the verb's own, as kubectl names it
   */
  public String path(String path, String manager) {
    return query(path, manager).toString();
  }

  /** The owner of what is written: the given one, or the verb's own. */
  public String manager(String own) {
    return fieldManager.isEmpty() ? own : fieldManager;
  }

  Query query(String path, String manager) {
    return new Query(path)
        .add("dryRun", dryRun() == DryRun.SERVER ? "All" : "")
        .add("fieldManager", manager(manager));
  }

  /** What {@code -o} asks for. */
  public OutputFormat format() {
    return output.format();
  }

  /** Whether {@code -o} asks for the object in place of the line that says what happened. */
  public boolean printsObjects() {
    return !output.format().name().isEmpty();
  }

  /** One printer for all objects: it separates them. */
  private Optional<ObjectPrinter> objects(PrintStream out) {
    if (printer.isEmpty()) {
      printer = output.format().printer(out, true);
    }
    return printer;
  }

  /** As {@link #print}; a dry run is not told of, as kubectl forgets to for some verbs. */
  public void printPlain(PrintStream out, JsonNode object, String done) {
    objects(out).orElseGet(() -> new NamePrinter(out, done)).print(object);
  }

  /** Prints {@code pod/x created}, or the object where {@code -o} asks for it. */
  public void print(PrintStream out, JsonNode object, String done) {
    printPlain(out, object, done + dryRun().suffix());
  }
}

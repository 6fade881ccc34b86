package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Query;
import dev.wherry.cli.client.print.NamePrinter;
import dev.wherry.cli.client.print.ObjectPrinter;
import java.io.PrintStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What verbs that write have in common: dry runs, validation, printing what happened. */
final class WriteOptions {
  /** Whether anything is written, and by whom the answer is made. */
  enum DryRun {
    NONE(""),
    CLIENT(" (dry run)"),
    SERVER(" (server dry run)");

    private final String suffix;

    DryRun(String suffix) {
      this.suffix = suffix;
    }

    /** Stands behind what happened. */
    String suffix() {
      return suffix;
    }
  }

  @Option(names = "--dry-run", description = "none, client or server.")
  private String dryRun = "none";

  @Option(names = "--validate", description = "strict (or true), warn, ignore (or false).")
  private String validate = "strict";

  @Option(names = "--field-manager", description = "Name of the owner of the fields.")
  private String fieldManager = "";

  @Mixin private OutputOptions output = new OutputOptions();

  DryRun dryRun() {
    return switch (dryRun) {
      case "none" -> DryRun.NONE;
      case "client", "unchanged" -> DryRun.CLIENT;
      case "server" -> DryRun.SERVER;
      default ->
          throw ClientException.error(
              "Invalid dry-run value (%s). Must be \"none\", \"server\", or \"client\"."
                  .formatted(dryRun));
    };
  }

  /** A path with the parameters of a write. */
  String path(String path, String manager) {
    String validation =
        switch (validate) {
          case "strict", "true" -> "Strict";
          case "warn" -> "Warn";
          case "ignore", "false" -> "Ignore";
          default ->
              throw ClientException.error(
                  "invalid - validate option must be \"strict\" (or \"true\"), \"warn\" or"
                      + " \"ignore\" (or \"false\"), got \""
                      + validate
                      + "\"");
        };
    return new Query(path)
        .add("dryRun", dryRun() == DryRun.SERVER ? "All" : "")
        .add("fieldManager", fieldManager.isEmpty() ? manager : fieldManager)
        .add("fieldValidation", validation)
        .toString();
  }

  /** Whether {@code -o} asks for the object in place of the line that says what happened. */
  boolean printsObjects() {
    return !output.format().name().isEmpty();
  }

  /** Prints {@code pod/x created}, or the object where {@code -o} asks for it. */
  void print(PrintStream out, JsonNode object, String done) {
    ObjectPrinter printer =
        output
            .format()
            .printer(out, true)
            .orElseGet(() -> new NamePrinter(out, done + dryRun().suffix()));
    printer.print(object);
  }
}

package dev.wherry.cli.client.verb;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import java.io.PrintStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What verbs that send whole objects have in common: changes, and the check of their fields. */
public final class WriteOptions {
  @Option(names = "--validate", description = "strict (or true), warn, ignore (or false).")
  private String validate = "strict";

  @Mixin private ChangeOptions change = new ChangeOptions();

  public DryRun dryRun() {
    return change.dryRun();
  }

  /** The part that has nothing to do with fields. */
  public ChangeOptions change() {
    return change;
  }

  /** A path with the parameters of a write. */
  public String path(String path, String manager) {
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
    return change.query(path, manager).add("fieldValidation", validation).toString();
  }

  /** Whether {@code -o} asks for the object in place of the line that says what happened. */
  public boolean printsObjects() {
    return change.printsObjects();
  }

  /** Prints {@code pod/x created}, or the object where {@code -o} asks for it. */
  public void print(PrintStream out, JsonNode object, String done) {
    change.print(out, object, done);
  }
}

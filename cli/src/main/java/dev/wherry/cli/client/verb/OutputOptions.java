package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.print.OutputFormat;
import picocli.CommandLine.Option;

/** {@code -o} and what belongs to it. */
public final class OutputOptions {
  @Option(
      names = {"-o", "--output"},
      description =
          "json, yaml, name, wide, jsonpath=, jsonpath-as-json=, jsonpath-file=, custom-columns=,"
              + " custom-columns-file=, go-template=, go-template-file=.")
  private String output = "";

  @Option(names = "--template", description = "The template of -o jsonpath or go-template.")
  private String template = "";

  @Option(
      names = "--show-managed-fields",
      arity = "0..1",
      fallbackValue = "true",
      description = "Keep managedFields in JSON and YAML.")
  private boolean managedFields;

  @Option(
      names = "--allow-missing-template-keys",
      arity = "0..1",
      fallbackValue = "true",
      description = "A field that is missing is nothing instead of an error.")
  private boolean missingAllowed = true;

  public OutputFormat format() {
    return OutputFormat.parse(output, template, managedFields, missingAllowed);
  }
}

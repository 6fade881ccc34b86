package dev.wherry.cli.client.verb;

import picocli.CommandLine.Option;

/** {@code -A}, {@code -l} and {@code --field-selector}: which objects of a type are meant. */
public final class QueryOptions {
  @Option(
      names = {"-A", "--all-namespaces"},
      arity = "0..1",
      fallbackValue = "true",
      description = "All namespaces.")
  private boolean everywhere;

  @Option(
      names = {"-l", "--selector"},
      description = "Label selector, such as a=b,c!=d.")
  private String labels = "";

  @Option(names = "--field-selector", description = "Field selector, such as status.phase=Running.")
  private String fields = "";

  public boolean everywhere() {
    return everywhere;
  }

  /** "" for any. */
  public String labels() {
    return labels;
  }

  /** "" for any. */
  public String fields() {
    return fields;
  }

  /** Whether a selector is given. */
  public boolean isNarrowed() {
    return !labels.isEmpty() || !fields.isEmpty();
  }
}

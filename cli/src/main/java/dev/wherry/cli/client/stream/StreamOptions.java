package dev.wherry.cli.client.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import picocli.CommandLine.Option;

/** {@code -c}, {@code -i}, {@code -t} and {@code -q}: a container and what flows to and from it. */
public final class StreamOptions {
  @Option(
      names = {"-c", "--container"},
      description = "The container; by default the first.")
  private String container = "";

  @Option(
      names = {"-i", "--stdin"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Pass the standard input on.")
  private boolean stdin;

  @Option(
      names = {"-t", "--tty"},
      arity = "0..1",
      fallbackValue = "true",
      description = "The standard input is a terminal.")
  private boolean tty;

  @Option(
      names = {"-q", "--quiet"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Print only what the container prints.")
  private boolean quiet;

  /**
   * The container that was named, else the pod's default.
   *
   * @param err is told which others there are
   */
  public String container(JsonNode pod, PrintStream err) {
    return container.isEmpty() ? new PodContainers(pod).defaulted(err, quiet) : container;
  }

  public boolean stdin() {
    return stdin;
  }

  public boolean tty() {
    return tty;
  }

  public boolean quiet() {
    return quiet;
  }
}

package dev.wherry.cli.client;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The verbs of kubectl by name; a verb's class is loaded when it is asked for. */
public final class ClientCommands {
  private static final List<String> NAMES =
      List.of(
          "get",
          "apply",
          "create",
          "delete",
          "describe",
          "logs",
          "exec",
          "top",
          "config",
          "api-resources",
          "explain",
          "why");

  private ClientCommands() {}

  /** In the order of the help text. */
  public static List<String> names() {
    return NAMES;
  }

  /** What makes the command; none when there is no such verb. */
  public static Optional<Supplier<Object>> find(String name, Streams streams) {
    return Optional.ofNullable(
        switch (name) {
          case "get" -> () -> new GetCommand(streams);
          case "apply" -> () -> new ApplyCommand(streams);
          case "create" -> () -> CreateGenerators.command(streams);
          case "delete" -> () -> new DeleteCommand(streams);
          case "describe" -> () -> new DescribeCommand(streams);
          case "logs" -> () -> new LogsCommand(streams);
          case "exec" -> () -> new ExecCommand(streams);
          case "top" -> () -> TopCommand.command(streams);
          case "config" -> () -> new ConfigCommand(streams);
          case "api-resources" -> () -> new ApiResourcesCommand(streams);
          case "explain" -> () -> new ExplainCommand(streams);
          case "why" -> () -> new WhyCommand(streams);
          default -> null;
        });
  }
}

package dev.wherry.cli;

import dev.wherry.cli.client.ClientCommands;
import dev.wherry.cli.client.Streams;
import dev.wherry.cli.cluster.CheckCommand;
import dev.wherry.cli.cluster.DownCommand;
import dev.wherry.cli.cluster.StatusCommand;
import dev.wherry.cli.cluster.UpCommand;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** All commands by name; a command's class is loaded when it is asked for. */
final class Commands {
  private static final List<String> NAMES =
      List.of("up", "down", "status", "check", "server", "agent", "token", "image", "version");

  private Commands() {}

  /** In the order of the help text. */
  static List<String> names() {
    return Stream.concat(NAMES.stream(), ClientCommands.names().stream()).toList();
  }

  static Optional<Supplier<Object>> find(String name, Streams streams) {
    Optional<Supplier<Object>> verb = ClientCommands.find(name, streams);
    if (verb.isPresent()) {
      return verb;
    }
    return Optional.ofNullable(
        switch (name) {
          case "up" -> UpCommand::new;
          case "down" -> DownCommand::new;
          case "status" -> StatusCommand::new;
          case "check" -> CheckCommand::new;
          case "server" -> ServerCommand::new;
          case "agent" -> AgentCommand::new;
          case "token" -> TokenCommand::new;
          case "image" -> ImageCommand::new;
          case "version" -> VersionCommand::new;
          default -> null;
        });
  }
}

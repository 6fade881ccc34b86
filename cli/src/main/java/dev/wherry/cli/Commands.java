package dev.wherry.cli;

import dev.wherry.cli.client.GetCommand;
import dev.wherry.cli.client.Streams;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** All commands by name; a command's class is loaded when it is asked for. */
final class Commands {
  private static final List<String> NAMES =
      List.of("server", "agent", "token", "image", "version", "get");

  private Commands() {}

  /** In the order of the help text. */
  static List<String> names() {
    return NAMES;
  }

  static Optional<Supplier<Object>> find(String name, Streams streams) {
    return Optional.ofNullable(
        switch (name) {
          case "server" -> ServerCommand::new;
          case "agent" -> AgentCommand::new;
          case "token" -> TokenCommand::new;
          case "image" -> ImageCommand::new;
          case "version" -> VersionCommand::new;
          case "get" -> () -> new GetCommand(streams);
          default -> null;
        });
  }
}

package dev.wherry.cli;

import dev.wherry.cli.client.ClientCommands;
import dev.wherry.cli.client.completion.CompleteCommand;
import dev.wherry.cli.client.completion.CompletionCommand;
import dev.wherry.cli.client.info.VersionCommand;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.cluster.CheckCommand;
import dev.wherry.cli.cluster.DownCommand;
import dev.wherry.cli.cluster.StatusCommand;
import dev.wherry.cli.cluster.UpCommand;
import dev.wherry.cli.machines.MachinesCommand;
import dev.wherry.cli.service.ServiceCommand;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** All commands by name; a command's class is loaded when it is asked for. */
final class Commands {
  private static final List<String> NAMES =
      List.of(
          "up",
          "down",
          "status",
          "check",
          "cluster",
          "server",
          "agent",
          "service",
          "token",
          "image",
          "version",
          "completion");

  /** What the scripts of completion call; not among the names. */
  private static final String COMPLETE = "__complete";

  private Commands() {}

  private static Function<String, Optional<Object>> made(Streams streams) {
    return name -> find(name, streams).map(Supplier::get);
  }

  /** In the order of the help text. */
  static List<String> names() {
    return Stream.concat(NAMES.stream(), ClientCommands.names().stream()).toList();
  }

  /** Whether there is such a verb. */
  static boolean has(String name) {
    return name.equals(COMPLETE) || NAMES.contains(name) || ClientCommands.names().contains(name);
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
          case "cluster" -> MachinesCommand::new;
          case "server" -> ServerCommand::new;
          case "agent" -> AgentCommand::new;
          case "service" -> ServiceCommand::new;
          case "token" -> TokenCommand::new;
          case "image" -> ImageCommand::new;
          case "version" -> () -> new VersionCommand(streams);
          case "completion" -> () -> new CompletionCommand(streams);
          case COMPLETE -> () -> new CompleteCommand(streams, names(), made(streams));
          default -> null;
        });
  }
}

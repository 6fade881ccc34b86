package dev.wherry.cli.client.set;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Streams;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code wherry set}, which only holds its verbs. */
@Command(name = "set", description = "Set parts of objects.", mixinStandardHelpOptions = true)
public final class SetCommands implements Runnable {
  private SetCommands() {}

  /** {@code set} with its verbs. */
  public static CommandLine command(Streams streams) {
    return new CommandLine(new SetCommands())
        .addSubcommand(new SetImage(streams))
        .addSubcommand(new SetEnv(streams))
        .addSubcommand(new SetResources(streams))
        .addSubcommand(new SetSelector(streams))
        .addSubcommand(new SetServiceAccount(streams))
        .addSubcommand(new SetSubject(streams));
  }

  @Override
  public void run() {
    throw ClientException.error(
        "name what to set: wherry set image|env|resources|selector|serviceaccount|subject");
  }
}

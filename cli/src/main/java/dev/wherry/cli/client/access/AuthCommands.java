package dev.wherry.cli.client.access;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Streams;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code wherry auth}, which only holds its verbs. */
@Command(
    name = "auth",
    description = "Ask who one is and what one may do.",
    mixinStandardHelpOptions = true)
public final class AuthCommands implements Runnable {
  private AuthCommands() {}

  /** {@code auth} with its verbs. */
  public static CommandLine command(Streams streams) {
    return new CommandLine(new AuthCommands())
        .addSubcommand(new CanI(streams))
        .addSubcommand(new Reconcile(streams))
        .addSubcommand(new WhoAmI(streams));
  }

  @Override
  public void run() {
    throw ClientException.error("name what to ask: wherry auth can-i|reconcile|whoami");
  }
}

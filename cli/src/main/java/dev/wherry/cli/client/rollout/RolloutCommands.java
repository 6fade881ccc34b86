package dev.wherry.cli.client.rollout;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Streams;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code wherry rollout}, which only holds its verbs. */
@Command(
    name = "rollout",
    description = "Manage the rollouts of workloads.",
    mixinStandardHelpOptions = true)
public final class RolloutCommands implements Runnable {
  private RolloutCommands() {}

  /** {@code rollout} with its verbs. */
  public static CommandLine command(Streams streams) {
    return new CommandLine(new RolloutCommands())
        .addSubcommand(new RolloutStatus(streams))
        .addSubcommand(new RolloutHistory(streams))
        .addSubcommand(new RolloutUndo(streams))
        .addSubcommand(new RolloutPause(streams))
        .addSubcommand(new RolloutResume(streams))
        .addSubcommand(new RolloutRestart(streams));
  }

  @Override
  public void run() {
    throw ClientException.error(
        "name what to do: wherry rollout status|history|undo|pause|resume|restart TYPE NAME");
  }
}

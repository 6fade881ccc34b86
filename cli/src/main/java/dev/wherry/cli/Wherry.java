package dev.wherry.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program. */
@Command(
    name = "wherry",
    description = "Kubernetes in one Java program.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class,
    subcommands = {
      ServerCommand.class,
      AgentCommand.class,
      TokenCommand.class,
      ImageCommand.class,
      VersionCommand.class
    })
public final class Wherry implements Runnable {
  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs a command and returns its exit code; errors are one line with the mend. */
  public static int run(String... args) {
    return new CommandLine(new Wherry())
        .setExecutionExceptionHandler((e, line, parsed) -> {
          line.getErr().println("wherry: " + e.getMessage());
          return 1;
        })
        .execute(args);
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }
}

package dev.wherry.cli;

import dev.wherry.cli.client.Streams;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.cluster.DeleteClusterCommand;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program. */
@Command(
    name = "wherry",
    description = "Kubernetes in one Java program.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class)
public final class Wherry implements Runnable {
  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  public static void main(String[] args) {
    int code = run(Streams.system(), args);
    System.exit(code);
  }

  /** Runs a command on the streams of this process. */
  public static int run(String... args) {
    return run(Streams.system(), args);
  }

  /** Runs a command and returns its exit code; errors are one line with the mend. */
  public static int run(Streams streams, String... args) {
    String[] words = Arguments.normalized(args);
    CommandLine line = new CommandLine(new Wherry());
    register(line, words, streams);
    line.setOut(
        new java.io.PrintWriter(streams.out(), true, java.nio.charset.StandardCharsets.UTF_8));
    line.setErr(
        new java.io.PrintWriter(streams.err(), true, java.nio.charset.StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler((e, at, parsed) -> failed(e, streams));
    line.setParameterExceptionHandler((e, given) -> misused(e, streams));
    int code = line.execute(words);
    streams.out().flush();
    return code;
  }

  /** Only the command that is called is built, so that nothing else is loaded. */
  private static void register(CommandLine line, String[] words, Streams streams) {
    String verb = words.length == 0 ? "" : words[0];
    if (words.length > 0 && DeleteClusterCommand.isMeant(words)) {
      line.addSubcommand(verb, new DeleteClusterCommand());
      return;
    }
    Optional<Supplier<Object>> one = Commands.find(verb, streams);
    if (one.isPresent()) {
      line.addSubcommand(verb, one.get().get());
      return;
    }
    for (String name : Commands.names()) {
      Commands.find(name, streams).ifPresent(command -> line.addSubcommand(name, command.get()));
    }
  }

  private static int failed(Exception e, Streams streams) {
    streams.out().flush();
    String text = Failures.line(e);
    if (!text.isEmpty()) {
      streams.err().println(text.stripTrailing());
    }
    return e instanceof ClientException client ? client.exitCode() : 1;
  }

  private static int misused(ParameterException e, Streams streams) {
    CommandLine at = e.getCommandLine();
    String name = at.getCommandSpec().qualifiedName();
    List<String> unmatched =
        e instanceof UnmatchedArgumentException unknown ? unknown.getUnmatched() : List.of();
    String what =
        unmatched.isEmpty()
            ? e.getMessage()
            : unmatched.getFirst().startsWith("-")
                ? "unknown flag: " + unmatched.getFirst()
                : "unknown command \"" + unmatched.getFirst() + "\" for \"" + name + "\"";
    streams.err().println("Error: " + what);
    streams.err().println("See '" + name + " --help' for usage.");
    return 1;
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }
}

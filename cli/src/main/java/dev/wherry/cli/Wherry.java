package dev.wherry.cli;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.cluster.DeleteClusterCommand;
import java.util.Arrays;
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
    versionProvider = OwnVersion.class)
public final class Wherry implements Runnable {
  /** Called by this name, only the verbs of kubectl are meant. */
  private static final String KUBECTL = "kubectl";

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
    boolean foreign = args.length > 0 && args[0].equals(KUBECTL);
    String[] given = foreign ? Arrays.copyOfRange(args, 1, args.length) : args;
    Optional<Integer> plugin = Extension.run(given, streams);
    if (plugin.isPresent()) {
      return plugin.get();
    }
    String[] words = Arguments.normalized(given);
    CommandLine line = new CommandLine(new Wherry());
    register(line, words, foreign, streams);
    line.setOverwrittenOptionsAllowed(true);
    line.setOut(
        new java.io.PrintWriter(streams.out(), true, java.nio.charset.StandardCharsets.UTF_8));
    line.setErr(
        new java.io.PrintWriter(streams.err(), true, java.nio.charset.StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler((e, at, parsed) -> failed(e, streams));
    line.setParameterExceptionHandler((e, rest) -> misused(e, streams));
    int code = line.execute(words);
    streams.out().flush();
    return code;
  }

  /** Only the command that is called is built, so that nothing else is loaded. */
  private static void register(CommandLine line, String[] words, boolean foreign, Streams streams) {
    String verb = words.length == 0 ? "" : words[0];
    if (!foreign && words.length > 0 && DeleteClusterCommand.isMeant(words)) {
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
    streams.err().println("error: " + what);
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

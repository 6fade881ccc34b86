package dev.wherry.cli.client.completion;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.ClientOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.kubeconfig.KubeconfigException;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Unmatched;

/**
 * {@code wherry __complete}: what the last word may become, one a line. Errors say nothing, for a
 * shell has no place for them.
 */
@Command(name = "__complete", hidden = true)
public final class CompleteCommand implements Callable<Integer> {
  private final Streams streams;
  private final List<String> verbs;
  private final Function<String, Optional<Object>> commands;

  @Unmatched private List<String> words = new ArrayList<>();

  /**
   * @param verbs the names of all commands
   * @param commands makes a command
   */
  public CompleteCommand(
      Streams streams, List<String> verbs, Function<String, Optional<Object>> commands) {
    this.streams = streams;
    this.verbs = verbs;
    this.commands = commands;
  }

  /** What a command line means so far. */
  private record Line(CommandSpec at, List<String> path, List<String> objects, ClientFlags flags) {}

  @Override
  public Integer call() {
    List<String> all = new ArrayList<>(words);
    String last = all.isEmpty() ? "" : all.removeLast();
    try {
      suggestions(all, last).stream()
          .filter(word -> word.startsWith(last))
          .distinct()
          .sorted()
          .forEach(streams.out()::println);
    } catch (ApiException | ClientException | KubeconfigException e) {
      return 1;
    }
    streams.out().flush();
    return 0;
  }

  private List<String> suggestions(List<String> before, String last) {
    ClientFlags flags = new ClientFlags();
    int verb = flags.read(before);
    if (verb >= before.size()) {
      return verbs;
    }
    Optional<Object> made = commands.apply(before.get(verb));
    if (made.isEmpty()) {
      return List.of();
    }
    CommandLine line =
        made.get() instanceof CommandLine ready ? ready : new CommandLine(made.get());
    return suggestions(parsed(line, before, verb, flags), before, last);
  }

  /** Goes down the tree of commands; what stands for objects is kept. */
  private static Line parsed(CommandLine top, List<String> before, int verb, ClientFlags flags) {
    CommandLine at = top;
    List<String> path = new ArrayList<>(List.of(before.get(verb)));
    List<String> objects = new ArrayList<>();
    for (int i = verb + 1; i < before.size(); i++) {
      String word = before.get(i);
      if (word.startsWith("-") && word.length() > 1) {
        OptionSpec option = at.getCommandSpec().findOption(word);
        boolean takesNext = option != null && option.arity().min() > 0;
        if (takesNext && i + 1 < before.size()) {
          flags.take(word, before.get(++i));
        } else {
          flags.takeAttached(word);
        }
      } else if (objects.isEmpty() && at.getSubcommands().containsKey(word)) {
        at = at.getSubcommands().get(word);
        path.add(at.getCommandName());
      } else {
        objects.add(word);
      }
    }
    return new Line(at.getCommandSpec(), path, objects, flags);
  }

  private List<String> suggestions(Line line, List<String> before, String last) {
    if (before.contains("--")) {
      return List.of();
    }
    int equals = last.indexOf('=');
    if (last.startsWith("--") && equals > 0) {
      String flag = last.substring(0, equals);
      return values(line, flag, last.substring(equals + 1)).stream()
          .map(value -> flag + "=" + value)
          .toList();
    }
    OptionSpec open = before.isEmpty() ? null : line.at().findOption(before.getLast());
    if (open != null && open.arity().min() > 0) {
      return values(line, before.getLast(), last);
    }
    if (last.startsWith("-")) {
      return flags(line.at());
    }
    List<String> found = new ArrayList<>();
    if (line.objects().isEmpty()) {
      found.addAll(line.at().subcommands().keySet());
    }
    try (Session session = open(line)) {
      found.addAll(new Words(session).objects(line.path(), line.objects(), last));
    }
    return found;
  }

  private static List<String> flags(CommandSpec command) {
    List<String> names = new ArrayList<>();
    for (OptionSpec option : command.options()) {
      if (!option.hidden()) {
        for (String name : option.names()) {
          boolean value = option.arity().min() > 0 && name.startsWith("--");
          names.add(value ? name + "=" : name);
        }
      }
    }
    return names;
  }

  private List<String> values(Line line, String flag, String last) {
    List<String> fixed = Words.fixed(flag);
    if (!fixed.isEmpty()) {
      return fixed;
    }
    if (List.of("--context", "--cluster", "--user").contains(flag)) {
      return Words.ofKubeconfig(line.flags().options().kubeconfig(streams), flag);
    }
    try (Session session = open(line)) {
      return new Words(session).values(flag, line.path(), line.objects());
    }
  }

  private Session open(Line line) {
    ClientOptions options = line.flags().options();
    return options.open(streams);
  }
}

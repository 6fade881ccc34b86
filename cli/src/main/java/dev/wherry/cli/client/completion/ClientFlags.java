package dev.wherry.cli.client.completion;

import dev.wherry.cli.client.verb.ClientOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Unmatched;

/** The flags on an unfinished line that say which server and which namespace. */
final class ClientFlags {
  /** A command that has nothing but these flags. */
  @Command(name = "flags")
  private static final class Holder {
    @Mixin private ClientOptions options = new ClientOptions();
    @Unmatched private List<String> rest = new ArrayList<>();
  }

  private final List<String> given = new ArrayList<>();

  /**
   * Reads the flags before the verb.
   *
   * @return where the verb stands
   */
  int read(List<String> words) {
    CommandLine known = new CommandLine(new Holder());
    int at = 0;
    while (at < words.size() && words.get(at).startsWith("-")) {
      OptionSpec option = known.getCommandSpec().findOption(words.get(at));
      boolean takesNext = option != null && option.arity().min() > 0;
      if (takesNext && at + 1 < words.size()) {
        take(words.get(at), words.get(at + 1));
        at++;
      } else {
        takeAttached(words.get(at));
      }
      at++;
    }
    return at;
  }

  void take(String flag, String value) {
    given.add(flag);
    given.add(value);
  }

  void takeAttached(String flag) {
    given.add(flag);
  }

  /** The flags as a command would have them. */
  ClientOptions options() {
    Holder holder = new Holder();
    try {
      new CommandLine(holder)
          .setOverwrittenOptionsAllowed(true)
          .parseArgs(given.toArray(String[]::new));
    } catch (ParameterException e) {
      return new ClientOptions();
    }
    return holder.options;
  }
}

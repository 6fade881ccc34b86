package dev.wherry.cli.client.plugin;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Streams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry plugin}, which only holds its verbs. */
@Command(
    name = "plugin",
    description = "Show programs that add verbs.",
    mixinStandardHelpOptions = true)
public final class PluginCommands implements Runnable {
  private PluginCommands() {}

  /** {@code plugin} with its verbs. */
  public static CommandLine command(Streams streams) {
    return new CommandLine(new PluginCommands()).addSubcommand(new ListPlugins(streams));
  }

  @Override
  public void run() {
    throw ClientException.error("name what to do: wherry plugin list");
  }

  /** {@code plugin list}. */
  @Command(
      name = "list",
      description = "List the plugins on the PATH.",
      mixinStandardHelpOptions = true)
  static final class ListPlugins implements Callable<Integer> {
    private final Streams streams;

    @Option(
        names = "--name-only",
        arity = "0..1",
        fallbackValue = "true",
        description = "Only the names of the files.")
    private boolean nameOnly;

    ListPlugins(Streams streams) {
      this.streams = streams;
    }

    @Override
    public Integer call() {
      List<Path> plugins = new Plugins(streams.environment()).all();
      if (plugins.isEmpty()) {
        throw ClientException.error("unable to find any kubectl plugins in your PATH");
      }
      streams.out().println("The following compatible plugins are available:");
      streams.out().println();
      Map<String, Path> first = new HashMap<>();
      int warnings = 0;
      for (Path plugin : plugins) {
        String name = String.valueOf(plugin.getFileName());
        streams.out().println(nameOnly ? name : plugin);
        streams.out().flush();
        Path hiding = first.putIfAbsent(name, plugin);
        if (!Files.isExecutable(plugin)) {
          warnings++;
          streams
              .err()
              .println(
                  "  - warning: %s identified as a kubectl plugin, but it is not executable"
                      .formatted(plugin));
        } else if (hiding != null) {
          warnings++;
          streams
              .err()
              .println(
                  "  - warning: %s is overshadowed by a similarly named plugin: %s"
                      .formatted(plugin, hiding));
        }
      }
      if (warnings > 0) {
        String text = warnings == 1 ? "one plugin warning was" : warnings + " plugin warnings were";
        throw ClientException.error(text + " found");
      }
      return 0;
    }
  }
}

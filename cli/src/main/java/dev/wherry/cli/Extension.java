package dev.wherry.cli;

import dev.wherry.cli.client.plugin.Plugins;
import dev.wherry.cli.client.verb.Streams;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A verb that this program has not: perhaps a plugin has it. */
final class Extension {
  private Extension() {}

  /**
   * Runs the plugin that the words mean.
   *
   * @return its exit code; none when there is no such plugin
   */
  static Optional<Integer> run(String[] words, Streams streams) {
    if (words.length == 0 || words[0].startsWith("-") || Commands.has(words[0])) {
      return Optional.empty();
    }
    Optional<Plugins.Call> call = new Plugins(streams.environment()).find(List.of(words));
    if (call.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(call.get().run());
    } catch (IOException e) {
      streams.err().println("error: cannot run " + call.get().program() + ": " + e.getMessage());
      return Optional.of(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(1);
    }
  }
}

package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.client.verb.Streams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private final Streams streams =
      new Streams(
          new ByteArrayInputStream(new byte[0]),
          new PrintStream(out, true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          Map.of());

  @Test
  void help_ofEveryCommandDownTheTree_isItsUsage() {
    List<List<String>> paths = new ArrayList<>();
    for (String name : Commands.names()) {
      Commands.find(name, streams)
          .ifPresent(made -> collect(List.of(name), line(made.get()), paths));
    }
    assertTrue(paths.contains(List.of("image", "import")), paths.toString());
    for (List<String> path : paths) {
      out.reset();
      List<String> words = new ArrayList<>(path);
      words.add("--help");
      int code = Wherry.run(streams, words.toArray(String[]::new));
      assertEquals(0, code, path + ": " + err.toString(StandardCharsets.UTF_8));
      String usage = "Usage: wherry " + String.join(" ", path);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains(usage), path.toString());
    }
  }

  private static CommandLine line(Object command) {
    return command instanceof CommandLine made ? made : new CommandLine(command);
  }

  private static void collect(List<String> path, CommandLine at, List<List<String>> into) {
    into.add(path);
    at.getSubcommands()
        .forEach((name, below) -> {
          if (below.getCommandName().equals(name)) {
            List<String> deeper = new ArrayList<>(path);
            deeper.add(name);
            collect(deeper, below, into);
          }
        });
  }
}

package dev.wherry.cli.client.diff;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Streams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The program that compares: KUBECTL_EXTERNAL_DIFF, else {@code diff -u -N}. Of the variable's
 * words only those of plain signs are passed on, as upstream does.
 */
final class DiffProgram {
  private static final String VARIABLE = "KUBECTL_EXTERNAL_DIFF";
  private static final Pattern PLAIN = Pattern.compile("[a-zA-Z0-9-=]+");

  private final Streams streams;

  DiffProgram(Streams streams) {
    this.streams = streams;
  }

  /**
   * Compares two folders.
   *
   * @return the program's exit code: 0 for no differences, 1 for some
   */
  int run(Path from, Path to) {
    List<String> words = words();
    words.add(from.toString());
    words.add(to.toString());
    streams.out().flush();
    try {
      Process process = new ProcessBuilder(words).start();
      process.getOutputStream().close();
      Thread errors = Thread.ofVirtual().start(() -> copy(process.getErrorStream()));
      process.getInputStream().transferTo(streams.out());
      errors.join();
      return process.waitFor();
    } catch (IOException e) {
      throw ClientException.exit(
          2,
          "error: failed to run \"%s\": exec: \"%s\": executable file not found in $PATH: install"
                  .formatted(words.getFirst(), words.getFirst())
              + " it, or name another one in "
              + VARIABLE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClientException.error("interrupted");
    }
  }

  private void copy(InputStream errors) {
    try (errors) {
      errors.transferTo(streams.err());
    } catch (IOException e) {
      // The program has ended.
    }
  }

  private List<String> words() {
    String external = streams.environment().getOrDefault(VARIABLE, "");
    if (external.isEmpty()) {
      return new ArrayList<>(List.of("diff", "-u", "-N"));
    }
    List<String> given = List.of(external.split(" "));
    List<String> words = new ArrayList<>(given.subList(0, 1));
    given.stream().skip(1).filter(word -> PLAIN.matcher(word).matches()).forEach(words::add);
    return words;
  }
}

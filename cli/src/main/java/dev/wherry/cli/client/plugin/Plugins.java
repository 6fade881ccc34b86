package dev.wherry.cli.client.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Executables called {@code wherry-VERB} or {@code kubectl-VERB} on the PATH. Of several words the
 * longest name wins, and a dash in a word is an underscore in the name (kubectl plugins).
 */
public final class Plugins {
  private static final List<String> PREFIXES = List.of("wherry-", "kubectl-");

  private final List<Path> folders = new ArrayList<>();

  public Plugins(Map<String, String> environment) {
    for (String folder : environment.getOrDefault("PATH", "").split(":")) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
  }

  /**
   * A plugin and what is left for it.
   *
   * @param words behind its name
   */
  public record Call(Path program, List<String> words) {
    /** Runs the plugin on the streams of this process. */
    public int run() throws IOException, InterruptedException {
      List<String> command = new ArrayList<>();
      command.add(program.toString());
      command.addAll(words);
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
  }

  /** All plugins in the order of the PATH, hidden ones too. */
  public List<Path> all() {
    List<Path> found = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(Plugins::isPlugin).sorted().forEach(found::add);
      } catch (IOException e) {
        // A folder on the PATH that is not there is nobody's fault.
      }
    }
    return found;
  }

  private static boolean isPlugin(Path file) {
    String name = String.valueOf(file.getFileName());
    return PREFIXES.stream().anyMatch(name::startsWith) && !Files.isDirectory(file);
  }

  /** The plugin that a command line means. */
  public Optional<Call> find(List<String> words) {
    int named = 0;
    while (named < words.size() && !words.get(named).startsWith("-")) {
      named++;
    }
    for (int length = named; length > 0; length--) {
      List<String> name =
          words.subList(0, length).stream().map(word -> word.replace('-', '_')).toList();
      Optional<Path> program = program(String.join("-", name));
      if (program.isPresent()) {
        return Optional.of(new Call(program.get(), words.subList(length, words.size())));
      }
    }
    return Optional.empty();
  }

  private Optional<Path> program(String name) {
    if (name.indexOf('/') >= 0) {
      return Optional.empty();
    }
    return PREFIXES.stream()
        .flatMap(prefix -> folders.stream().map(folder -> folder.resolve(prefix + name)))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}

package dev.wherry.cli.cluster;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/**
 * The server process that serves a data directory, as it says itself in {@code server.properties}.
 * The process is known by its number and its start, so that a reused number deceives nobody.
 *
 * @param process the process
 * @param url where it serves, {@code https://127.0.0.1:6443}
 * @param node the node in this process; empty when it runs no pods
 */
public record Instance(ProcessHandle process, String url, String node) {
  private static final String FILE = "server.properties";

  /** Removes what {@link #announce} wrote. */
  public interface Mark extends AutoCloseable {
    @Override
    void close();
  }

  /** Says that this process serves the directory; until the mark is closed or the process ends. */
  public static Mark announce(Path dataDirectory, String url, String node) throws IOException {
    ProcessHandle self = ProcessHandle.current();
    Properties properties = new Properties();
    properties.setProperty("pid", Long.toString(self.pid()));
    properties.setProperty("start", start(self));
    properties.setProperty("url", url);
    properties.setProperty("node", node);
    StringWriter text = new StringWriter();
    properties.store(text, null);
    Path file = dataDirectory.resolve(FILE);
    Path fresh = dataDirectory.resolve(FILE + ".new");
    Files.writeString(fresh, text.toString());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return () -> {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /** The running server of this data directory; empty when none is ready. */
  public static Optional<Instance> find(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return ProcessHandle.of(Long.parseLong(properties.getProperty("pid", "0")))
        .filter(process -> start(process).equals(properties.getProperty("start")))
        .map(process ->
            new Instance(
                process, properties.getProperty("url", ""), properties.getProperty("node", "")));
  }

  private static String start(ProcessHandle process) {
    return process.info().startInstant().map(Object::toString).orElse("");
  }
}

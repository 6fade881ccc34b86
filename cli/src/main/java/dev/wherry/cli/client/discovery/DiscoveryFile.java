package dev.wherry.cli.client.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A server's discovery documents under {@code ~/.cache/wherry/discovery}: one file per server, a
 * few servers. Where the folder cannot be written there is no cache, and no complaint.
 */
public final class DiscoveryFile {
  private static final Duration AGE_MAX = Duration.ofMinutes(10);
  private static final int SERVERS_MAX = 16;
  private static final long BYTES_MAX = 8L * 1024 * 1024;

  private final Path file;
  private final InstantSource clock;

  /**
   * @param home of the user, "" for no cache
   * @param server host and port
   */
  public DiscoveryFile(String home, String server, InstantSource clock) {
    String name = server.replaceAll("[^A-Za-z0-9.]", "_") + ".json";
    Path folder = Path.of(home.isEmpty() ? "/nonexistent" : home, ".cache", "wherry", "discovery");
    this.file = folder.resolve(name);
    this.clock = clock;
  }

  /** The documents, if they are there and not too old. */
  Optional<JsonNode> read() {
    try {
      if (!Files.exists(file) || Files.size(file) > BYTES_MAX) {
        return Optional.empty();
      }
      Duration age = Duration.between(Files.getLastModifiedTime(file).toInstant(), clock.instant());
      return age.isNegative() || age.compareTo(AGE_MAX) > 0
          ? Optional.empty()
          : Optional.of(Json.parse(Files.readAllBytes(file)));
    } catch (IOException | DecodeException e) {
      return Optional.empty();
    }
  }

  void write(JsonNode documents) {
    Path folder = file.getParent();
    byte[] bytes = Json.write(documents);
    if (folder == null || bytes.length > BYTES_MAX) {
      return;
    }
    try {
      Files.createDirectories(folder);
      Path draft = Files.createTempFile(folder, "draft", ".tmp");
      try {
        Files.write(draft, bytes);
        Files.setLastModifiedTime(draft, FileTime.from(clock.instant()));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(draft);
      }
      forgetOldest(folder);
    } catch (IOException e) {
      // Discovery works without the cache, only slower.
    }
  }

  private static void forgetOldest(Path folder) throws IOException {
    List<Path> newestFirst;
    try (Stream<Path> files = Files.list(folder)) {
      newestFirst = files.sorted(Comparator.comparing(DiscoveryFile::modified).reversed()).toList();
    }
    for (Path old :
        newestFirst.subList(Math.min(SERVERS_MAX, newestFirst.size()), newestFirst.size())) {
      Files.deleteIfExists(old);
    }
  }

  private static FileTime modified(Path path) {
    try {
      return Files.getLastModifiedTime(path);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}

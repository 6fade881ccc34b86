package dev.wherry.runtime.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Records of images by name, a small file each. A damaged one counts as none. */
final class ImageNames {
  private static final String FRESH = ".new";
  private static final FileTime NEVER = FileTime.fromMillis(0);

  private final Path directory;

  ImageNames(Path directory) {
    this.directory = directory;
  }

  /** Writes and syncs records. */
  void write(List<StoredImage> images) throws IOException {
    Files.createDirectories(directory);
    for (StoredImage image : images) {
      ObjectNode record =
          Trees.object()
              .put("name", image.name().toString())
              .put("digest", image.digest())
              .put("mediaType", image.mediaType())
              .put("sizeBytes", image.sizeBytes());
      Path fresh = Files.createTempFile(directory, "name", FRESH);
      Files.write(fresh, Trees.bytes(record), StandardOpenOption.DSYNC, StandardOpenOption.WRITE);
      Files.move(fresh, file(image.name()), StandardCopyOption.ATOMIC_MOVE);
    }
    try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /** Removes records that a killed process did not finish; nobody writes meanwhile. */
  void sweep() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(FRESH)).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  List<StoredImage> list() {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      var images = new ArrayList<StoredImage>();
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        read(file).ifPresent(images::add);
      }
      images.sort(Comparator.comparing(image -> image.name().toString()));
      return images;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Optional<StoredImage> read(ImageName name) {
    return read(file(name));
  }

  boolean remove(ImageName name) throws IOException {
    return Files.deleteIfExists(file(name));
  }

  /** When a record last came or went. */
  FileTime version() {
    try {
      return Files.getLastModifiedTime(directory);
    } catch (NoSuchFileException e) {
      return NEVER;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<StoredImage> read(Path file) {
    try {
      JsonNode record = Trees.parse(Files.readAllBytes(file));
      return Optional.of(
          new StoredImage(
              ImageName.parse(record.path("name").asText("")),
              record.path("digest").asText(""),
              record.path("mediaType").asText(""),
              record.path("sizeBytes").asLong()));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Path file(ImageName name) {
    String key =
        name.repository() + (name.tag().isEmpty() ? "@" + name.digest() : ":" + name.tag());
    return directory.resolve(URLEncoder.encode(key, StandardCharsets.UTF_8) + ".json");
  }
}

package dev.wherry.runtime.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Imported images: blobs by digest and one small record per name. Readers need no lock: a record is
 * replaced atomically, and its blobs are there before it. Writers take a file lock, since another
 * process may import or remove at the same time.
 */
public final class ImageStore {
  private static final int MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
  private static final int NESTING_MAX = 4;

  private final Path directory;
  private final Path names;
  private final Blobs blobs;

  public ImageStore(Path directory) {
    this.directory = directory;
    this.names = directory.resolve("names");
    this.blobs = new Blobs(directory.resolve("blobs"));
  }

  /**
   * Imports every image of an OCI or Docker archive, plain or gzipped, under the names it carries.
   *
   * @throws ArchiveException when it is none, or is damaged; nothing is named then
   */
  public List<StoredImage> importArchive(InputStream archive) throws IOException {
    return importArchive(archive, Optional.empty());
  }

  /** As {@link #importArchive(InputStream)}, under a name for an archive of one image. */
  public List<StoredImage> importArchive(InputStream archive, Optional<ImageName> name)
      throws IOException {
    try (FileChannel lock = lock()) {
      lock.lock();
      List<StoredImage> images = new ArchiveImport(blobs, name).read(archive);
      for (StoredImage image : images) {
        write(image);
      }
      return images;
    }
  }

  /** All images by name. */
  public List<StoredImage> list() {
    if (!Files.isDirectory(names)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(names)) {
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

  /** The image of a name: by tag, or by digest where one is given (which must then match). */
  public Optional<StoredImage> find(ImageName name) {
    if (name.digest().isEmpty()) {
      return read(file(name));
    }
    return list().stream()
        .filter(image -> image.name().repository().equals(name.repository()))
        .filter(image -> image.digest().equals(name.digest()))
        .findFirst();
  }

  /**
   * Writes an image with all it needs as an OCI archive. The stream stays open.
   *
   * @throws IOException when a part is missing or the stream takes no more
   */
  public void export(StoredImage image, OutputStream out) throws IOException {
    Set<String> digests = new TreeSet<>();
    reach(image.digest(), NESTING_MAX, digests);
    new ArchiveExport(blobs).write(image, digests, out);
  }

  /** A manifest, configuration or layer by digest. */
  public Optional<Path> blob(String digest) {
    return blobs.find(digest);
  }

  /** Forgets a name and what only it used; false when it is not here. */
  public boolean remove(ImageName name) throws IOException {
    try (FileChannel lock = lock()) {
      lock.lock();
      if (!Files.deleteIfExists(file(name))) {
        return false;
      }
      Set<String> used = new HashSet<>();
      for (StoredImage image : list()) {
        reach(image.digest(), NESTING_MAX, used);
      }
      blobs.keepOnly(used);
      return true;
    }
  }

  /** The media type a manifest in the store declares, by its own field or its shape. */
  static String mediaType(JsonNode manifest) {
    String declared = manifest.path("mediaType").asText("");
    if (!declared.isEmpty()) {
      return declared;
    }
    return manifest.has("manifests")
        ? "application/vnd.oci.image.index.v1+json"
        : "application/vnd.oci.image.manifest.v1+json";
  }

  /** A manifest or index of the store as a tree. */
  JsonNode manifest(String digest) throws IOException {
    Path file = blob(digest).orElseThrow(() -> new ArchiveException("the archive lacks " + digest));
    if (Files.size(file) > MANIFEST_BYTES_MAX) {
      throw new ArchiveException("manifest " + digest + " is too large");
    }
    return Trees.parse(Files.readAllBytes(file));
  }

  private void reach(String digest, int depth, Set<String> used) throws IOException {
    if (depth == 0 || !used.add(digest) || blob(digest).isEmpty()) {
      return;
    }
    JsonNode manifest = manifest(digest);
    for (JsonNode child : manifest.path("manifests")) {
      reach(child.path("digest").asText(""), depth - 1, used);
    }
    used.add(manifest.path("config").path("digest").asText(""));
    for (JsonNode layer : manifest.path("layers")) {
      used.add(layer.path("digest").asText(""));
    }
  }

  private void write(StoredImage image) throws IOException {
    Files.createDirectories(names);
    ObjectNode record =
        Trees.object()
            .put("name", image.name().toString())
            .put("digest", image.digest())
            .put("mediaType", image.mediaType())
            .put("sizeBytes", image.sizeBytes());
    Path fresh = Files.createTempFile(names, "name", ".new");
    Files.write(fresh, Trees.bytes(record));
    Files.move(fresh, file(image.name()), StandardCopyOption.ATOMIC_MOVE);
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
    String key = name.repository() + ":" + name.tag();
    return names.resolve(URLEncoder.encode(key, StandardCharsets.UTF_8) + ".json");
  }

  // Closing the channel lets the lock go.
  private FileChannel lock() throws IOException {
    Files.createDirectories(directory);
    return FileChannel.open(
        directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}

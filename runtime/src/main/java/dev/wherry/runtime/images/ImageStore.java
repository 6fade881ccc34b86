package dev.wherry.runtime.images;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Images, imported and pulled: blobs by digest and one small record per name. Readers need no lock:
 * a record is replaced atomically, and its blobs are there before it. Writers take a lock, since
 * another process may import or remove at the same time. Layout and crash contract:
 * docs/runtime-images.md.
 */
public final class ImageStore {
  private static final int MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
  private static final int NESTING_MAX = 4;

  private final Path directory;
  private final ImageNames imported;
  private final ImageNames pulled;
  private final Blobs blobs;
  private final Ingest ingest;

  public ImageStore(Path directory) {
    this.directory = directory;
    this.imported = new ImageNames(directory.resolve("names"));
    this.pulled = new ImageNames(directory.resolve("pulled"));
    this.blobs = new Blobs(directory.resolve("blobs"));
    this.ingest = new Ingest(directory.resolve("ingest"));
  }

  /** Where everything is. */
  public Path directory() {
    return directory;
  }

  /** Blobs on their way in. */
  public Ingest ingest() {
    return ingest;
  }

  /**
   * Begins the life of a worker on this store: says what layout it has and removes what earlier
   * processes left.
   *
   * @throws IOException when a newer Wherry wrote it
   */
  public void open(Instant now) throws IOException {
    try (StoreLock _ = StoreLock.take(directory)) {
      StoreLayout.declare(directory);
      ingest.sweep(now);
      imported.sweep();
      pulled.sweep();
      collect();
    }
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
    try (StoreLock _ = StoreLock.take(directory)) {
      List<StoredImage> images = new ArchiveImport(blobs, name).read(archive);
      blobs.sync();
      imported.write(images);
      return images;
    }
  }

  /**
   * Names a pulled image whose blobs wait in the ingest folder or are here already.
   *
   * @param images the same image under all its names
   * @param digests of everything it needs
   * @throws IOException when one of them is gone; the pull must be made again
   */
  public void commit(List<StoredImage> images, List<String> digests) throws IOException {
    try (StoreLock _ = StoreLock.take(directory)) {
      for (String digest : digests) {
        Path waiting = ingest.whole(digest);
        if (blobs.find(digest).isPresent()) {
          Files.deleteIfExists(waiting);
        } else if (Files.exists(waiting)) {
          blobs.adopt(waiting, digest);
        } else {
          throw new IOException(digest + " was removed while its image was pulled");
        }
      }
      blobs.sync();
      pulled.write(images);
    }
  }

  /** All imported images by name. */
  public List<StoredImage> list() {
    return imported.list();
  }

  /** All pulled images by name; each has a name with a tag, one with its digest, or both. */
  public List<StoredImage> pulled() {
    return pulled.list();
  }

  /** Changes whenever an image was named or forgotten, also by another process. */
  public List<FileTime> versions() {
    return List.of(imported.version(), pulled.version());
  }

  /**
   * The imported image of a name: by tag, or by digest where one is given (which must then match).
   */
  public Optional<StoredImage> find(ImageName name) {
    if (name.digest().isEmpty()) {
      return imported.read(name);
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

  /** Forgets an imported name and what only it used; false when it is not here. */
  public boolean remove(ImageName name) throws IOException {
    try (StoreLock _ = StoreLock.take(directory)) {
      if (!imported.remove(name)) {
        return false;
      }
      collect();
      return true;
    }
  }

  /** Forgets names, imported or pulled, and what only they used. */
  public void forget(Collection<ImageName> names) throws IOException {
    try (StoreLock _ = StoreLock.take(directory)) {
      for (ImageName name : names) {
        boolean _ = imported.remove(name);
        boolean _ = pulled.remove(name);
      }
      collect();
    }
  }

  /** Bytes of all blobs. */
  public long bytes() throws IOException {
    return blobs.bytes();
  }

  private void collect() throws IOException {
    Set<String> used = new HashSet<>();
    for (StoredImage image : list()) {
      reach(image.digest(), NESTING_MAX, used);
    }
    for (StoredImage image : pulled()) {
      reach(image.digest(), NESTING_MAX, used);
    }
    blobs.keepOnly(used);
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
  public JsonNode manifest(String digest) throws IOException {
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
}

package dev.wherry.runtime.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Reads one archive in one pass: every file becomes a blob, then the archive's index says what they
 * are. {@code index.json} makes it an OCI layout, whose digests are kept; {@code manifest.json}
 * alone makes it {@code docker save}'s older form, for which an OCI manifest is made.
 */
final class ArchiveImport {
  private static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  private static final String CONTAINERD_NAME = "io.containerd.image.name";
  private static final String OCI_NAME = "org.opencontainers.image.ref.name";
  private static final int ENTRIES_MAX = 100_000;
  private static final int JSON_BYTES_MAX = 8 * 1024 * 1024;

  private final Blobs blobs;
  private final Optional<ImageName> onlyName;
  private final Map<String, String> digests = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();

  ArchiveImport(Blobs blobs, Optional<ImageName> onlyName) {
    this.blobs = blobs;
    this.onlyName = onlyName;
  }

  List<StoredImage> read(InputStream archive) throws IOException {
    unpack(archive);
    List<StoredImage> images = new ArrayList<>();
    if (digests.containsKey("index.json")) {
      images.addAll(ociImages());
    }
    // Newer docker save writes both; only the older file has the names in full.
    if (images.isEmpty() && digests.containsKey("manifest.json")) {
      images.addAll(dockerImages());
    }
    if (images.isEmpty()) {
      throw new ArchiveException("no image with a name in this archive; give it one");
    }
    return images;
  }

  private void unpack(InputStream archive) throws IOException {
    try (var tar = new TarArchiveInputStream(plain(archive))) {
      int entries = 0;
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        if (++entries > ENTRIES_MAX) {
          throw new ArchiveException("more than " + ENTRIES_MAX + " files in this archive");
        }
        String name = Path.of("/" + e.getName()).normalize().toString().substring(1);
        if (e.isSymbolicLink() || e.isLink()) {
          links.put(name, target(name, e));
        } else if (e.isFile()) {
          digests.put(name, blobs.put(tar));
        }
      }
      if (entries == 0) {
        throw new ArchiveException("this is no image archive: an empty or foreign file");
      }
    } catch (IOException e) {
      throw new ArchiveException("this is no image archive: " + e.getMessage(), e);
    }
  }

  private static String target(String name, TarArchiveEntry link) {
    Path named = link.isSymbolicLink() ? Path.of("/" + name) : Path.of("/file");
    return named.resolveSibling(link.getLinkName()).normalize().toString().substring(1);
  }

  private static InputStream plain(InputStream archive) throws IOException {
    var buffered = new BufferedInputStream(archive);
    buffered.mark(2);
    boolean gzip = buffered.read() == 0x1f && buffered.read() == 0x8b;
    buffered.reset();
    return gzip ? new GZIPInputStream(buffered) : buffered;
  }

  private List<StoredImage> ociImages() throws IOException {
    var images = new ArrayList<StoredImage>();
    JsonNode manifests = json(digests.get("index.json")).path("manifests");
    for (JsonNode descriptor : manifests) {
      String digest = descriptor.path("digest").asText("");
      Optional<ImageName> name =
          onlyName.isPresent() && manifests.size() == 1
              ? onlyName
              : ociName(descriptor.path("annotations"));
      if (name.isPresent()) {
        JsonNode manifest = json(digest);
        images.add(
            new StoredImage(
                name.get(), digest, ImageStore.mediaType(manifest), complete(manifest, digest)));
      }
    }
    return images;
  }

  private static Optional<ImageName> ociName(JsonNode annotations) {
    String text = annotations.path(CONTAINERD_NAME).asText(annotations.path(OCI_NAME).asText(""));
    // ref.name is often a bare tag, which names nothing by itself.
    return text.indexOf('/') >= 0 || text.indexOf(':') >= 0
        ? Optional.of(ImageName.parse(text))
        : Optional.empty();
  }

  /** Checks that the image can be run from here; returns the bytes of configuration and layers. */
  private long complete(JsonNode manifest, String digest) throws IOException {
    if (manifest.has("manifests")) {
      long best = -1;
      for (JsonNode child : manifest.path("manifests")) {
        String childDigest = child.path("digest").asText("");
        if (blobs.find(childDigest).isPresent()) {
          best = Math.max(best, complete(json(childDigest), childDigest));
        }
      }
      if (best < 0) {
        throw new ArchiveException("the archive has the list " + digest + " but no image of it");
      }
      return best;
    }
    long bytes = size(manifest.path("config"));
    for (JsonNode layer : manifest.path("layers")) {
      bytes += size(layer);
    }
    return bytes;
  }

  private long size(JsonNode descriptor) throws IOException {
    String digest = descriptor.path("digest").asText("");
    return Files.size(
        blobs.find(digest).orElseThrow(() -> new ArchiveException("the archive lacks " + digest)));
  }

  private List<StoredImage> dockerImages() throws IOException {
    var images = new ArrayList<StoredImage>();
    JsonNode all = json(digests.get("manifest.json"));
    for (JsonNode image : all) {
      ObjectNode manifest = Trees.object().put("schemaVersion", 2).put("mediaType", OCI_MANIFEST);
      String config = digestOf(image.path("Config").asText(""));
      manifest.set("config", descriptor(OCI_CONFIG, config));
      ArrayNode layers = manifest.putArray("layers");
      for (JsonNode layer : image.path("Layers")) {
        layers.add(descriptor(layerType(digestOf(layer.asText())), digestOf(layer.asText())));
      }
      String digest = blobs.put(new ByteArrayInputStream(Trees.bytes(manifest)));
      for (ImageName name : dockerNames(image, all.size())) {
        images.add(new StoredImage(name, digest, OCI_MANIFEST, complete(manifest, digest)));
      }
    }
    return images;
  }

  private List<ImageName> dockerNames(JsonNode image, int images) {
    if (onlyName.isPresent() && images == 1) {
      return List.of(onlyName.get());
    }
    var names = new ArrayList<ImageName>();
    image.path("RepoTags").forEach(tag -> names.add(ImageName.parse(tag.asText(""))));
    return names;
  }

  private String layerType(String digest) throws IOException {
    try (InputStream in = Files.newInputStream(blobs.find(digest).orElseThrow())) {
      return in.read() == 0x1f && in.read() == 0x8b ? OCI_LAYER + "+gzip" : OCI_LAYER;
    }
  }

  private ObjectNode descriptor(String mediaType, String digest) throws IOException {
    return Trees.object()
        .put("mediaType", mediaType)
        .put("digest", digest)
        .put("size", Files.size(blobs.find(digest).orElseThrow()));
  }

  private String digestOf(String path) {
    String name = path;
    for (int hops = 0; links.containsKey(name) && hops < 8; hops++) {
      name = links.get(name);
    }
    String digest = digests.get(name);
    if (digest == null) {
      throw new ArchiveException(
          "the archive's manifest.json names " + path + ", which is missing");
    }
    return digest;
  }

  private JsonNode json(@org.jspecify.annotations.Nullable String digest) throws IOException {
    Path file =
        blobs
            .find(String.valueOf(digest))
            .orElseThrow(() -> new ArchiveException("the archive lacks " + digest));
    if (Files.size(file) > JSON_BYTES_MAX) {
      throw new ArchiveException(digest + " is too large for an index");
    }
    try {
      return Trees.parse(Files.readAllBytes(file));
    } catch (IllegalArgumentException e) {
      throw new ArchiveException(digest + " in the archive is damaged", e);
    }
  }
}

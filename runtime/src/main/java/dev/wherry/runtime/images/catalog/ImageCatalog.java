package dev.wherry.runtime.images.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.images.ArchiveException;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.Platform;
import dev.wherry.runtime.images.StoredImage;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Looks images up. What was read stays until the store's folders change. */
public final class ImageCatalog {
  private static final System.Logger LOG = System.getLogger(ImageCatalog.class.getName());
  private static final Pattern ID = Pattern.compile("(?:sha256:)?[0-9a-f]{12,64}");
  private static final String ALGORITHM = "sha256:";
  private static final int NESTING_MAX = 4;

  /** Two changes within a file system's tick look like one: so long nothing is remembered. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private final ImageStore store;
  private final Platform platform;
  private final InstantSource clock;
  private final Map<String, ImageContent> contents = new ConcurrentHashMap<>();
  private volatile View view = new View(List.of(), List.of());

  private record View(List<FileTime> versions, List<LocalImage> images) {}

  public ImageCatalog(ImageStore store, Platform platform, InstantSource clock) {
    this.store = store;
    this.platform = platform;
    this.clock = clock;
  }

  /** All images, by id. */
  public List<LocalImage> all() {
    List<FileTime> versions = store.versions();
    View known = view;
    if (known.versions().equals(versions)) {
      return known.images();
    }
    List<LocalImage> images = read();
    Instant settled = clock.instant().minus(TICK);
    boolean lasting = versions.stream().allMatch(v -> v.toInstant().isBefore(settled));
    view = lasting ? new View(versions, images) : new View(List.of(), List.of());
    return images;
  }

  /** An image by id, by at least 12 digits of it, by name or by digest. */
  public Optional<LocalImage> find(String reference) {
    List<LocalImage> images = all();
    if (ID.matcher(reference).matches()) {
      String start = reference.startsWith(ALGORITHM) ? reference : ALGORITHM + reference;
      List<LocalImage> fitting =
          images.stream().filter(image -> image.id().startsWith(start)).toList();
      if (fitting.size() == 1) {
        return Optional.of(fitting.getFirst());
      }
    }
    try {
      ImageName name = ImageName.parse(reference);
      return images.stream().filter(image -> image.isNamed(name)).findFirst();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private List<LocalImage> read() {
    Map<String, ImageContent> found = new LinkedHashMap<>();
    Map<String, List<LocalImage.Reference>> references = new LinkedHashMap<>();
    add(store.list(), true, found, references);
    add(store.pulled(), false, found, references);
    List<LocalImage> images = new ArrayList<>();
    found.forEach((id, content) ->
        images.add(new LocalImage(content, references.getOrDefault(id, List.of()))));
    images.sort(java.util.Comparator.comparing(LocalImage::id));
    contents
        .keySet()
        .retainAll(
            references.values().stream()
                .flatMap(List::stream)
                .map(LocalImage.Reference::digest)
                .toList());
    return List.copyOf(images);
  }

  private void add(
      List<StoredImage> stored,
      boolean imported,
      Map<String, ImageContent> found,
      Map<String, List<LocalImage.Reference>> references) {
    for (StoredImage image : stored) {
      try {
        ImageContent content = content(image.digest());
        String id = content.config().id();
        found.putIfAbsent(id, content);
        references
            .computeIfAbsent(id, _ -> new ArrayList<>())
            .add(new LocalImage.Reference(image.name(), image.digest(), imported));
      } catch (IOException | ArchiveException | IllegalArgumentException e) {
        LOG.log(Level.DEBUG, "image left out name={0}: {1}", image.name(), e.getMessage());
      }
    }
  }

  private ImageContent content(String digest) throws IOException {
    ImageContent known = contents.get(digest);
    if (known != null) {
      return known;
    }
    JsonNode manifest = store.manifest(digest);
    for (int depth = 0; manifest.has("manifests") && depth < NESTING_MAX; depth++) {
      manifest = store.manifest(chosen(manifest.path("manifests"), digest));
    }
    List<String> blobs = new ArrayList<>();
    long size = manifest.path("config").path("size").asLong();
    for (JsonNode layer : manifest.path("layers")) {
      blobs.add(layer.path("digest").asText(""));
      size += layer.path("size").asLong();
    }
    String id = manifest.path("config").path("digest").asText("");
    Path config = store.blob(id).orElseThrow(() -> new IOException("no configuration " + id));
    ImageContent content = ImageContent.read(id, config, blobs, size);
    contents.put(digest, content);
    return content;
  }

  private String chosen(JsonNode manifests, String index) throws IOException {
    Optional<JsonNode> fitting = platform.choose(manifests);
    if (fitting.isPresent() && store.blob(fitting.get().path("digest").asText("")).isPresent()) {
      return fitting.get().path("digest").asText("");
    }
    // An archive may have one image of an index whose entries say no platform.
    for (JsonNode manifest : manifests) {
      String digest = manifest.path("digest").asText("");
      if (!manifest.has("platform") && store.blob(digest).isPresent()) {
        return digest;
      }
    }
    throw new IOException("index " + index + " has no image for " + platform);
  }
}

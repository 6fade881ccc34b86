package dev.wherry.runtime.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.Platform;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * From a name to the manifest for this machine, through indexes of several platforms.
 *
 * @param documents every manifest on the way, the named one first
 * @param config the image's configuration
 * @param layers bottom first
 */
record Resolution(List<Document> documents, Descriptor config, List<Descriptor> layers) {
  private static final int MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
  private static final int CONFIG_BYTES_MAX = 8 * 1024 * 1024;
  private static final int LAYERS_MAX = 500;
  private static final int NESTING_MAX = 4;
  private static final String ACCEPTED =
      String.join(
          ", ",
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json",
          "application/vnd.docker.distribution.manifest.v2+json");

  /** A manifest or index as it came; nobody changes its bytes. */
  @SuppressWarnings("ArrayRecordComponent")
  record Document(String digest, String mediaType, byte[] bytes) {}

  static Resolution of(ImageName name, RegistryConnection from, Retries retries, Platform platform)
      throws IOException, InterruptedException {
    List<Document> documents = new ArrayList<>();
    String reference = name.reference();
    while (true) {
      Document document = fetched(name, from, retries, reference);
      documents.add(document);
      JsonNode tree = parsed(document);
      if (!tree.has("manifests")) {
        return leaf(documents, tree, name);
      }
      Optional<JsonNode> chosen = platform.choose(tree.path("manifests"));
      if (chosen.isEmpty() || documents.size() >= NESTING_MAX) {
        throw new PullException(
            PullException.Reason.NOT_FOUND, "no match for platform " + platform + " in manifest");
      }
      reference = Descriptor.of(chosen.get()).digest();
    }
  }

  private static JsonNode parsed(Document document) throws PullException {
    try {
      return Trees.parse(document.bytes());
    } catch (IllegalArgumentException e) {
      throw new PullException(
          PullException.Reason.DAMAGED, "manifest " + document.digest() + " is no JSON", e);
    }
  }

  private static Resolution leaf(List<Document> documents, JsonNode tree, ImageName name)
      throws PullException {
    if (tree.path("schemaVersion").asInt() != 2 || !tree.has("config")) {
      throw new PullException(
          PullException.Reason.DAMAGED,
          name + " has a manifest of an older or unknown form; push it again with a newer tool");
    }
    Descriptor config = Descriptor.of(tree.path("config"));
    List<Descriptor> layers = new ArrayList<>();
    for (JsonNode layer : tree.path("layers")) {
      layers.add(Descriptor.of(layer));
    }
    if (config.size() > CONFIG_BYTES_MAX || layers.size() > LAYERS_MAX) {
      throw new PullException(
          PullException.Reason.DAMAGED,
          name
              + " has a configuration of "
              + config.size()
              + " bytes and "
              + layers.size()
              + " layers, more than an image may");
    }
    return new Resolution(List.copyOf(documents), config, List.copyOf(layers));
  }

  private static Document fetched(
      ImageName name, RegistryConnection from, Retries retries, String reference)
      throws IOException, InterruptedException {
    return retries.run(
        name.toString(),
        () -> {
          try (RegistryConnection.Answer answer =
              from.get(
                  from.endpoint().of(name, "manifests", reference), Map.of("Accept", ACCEPTED))) {
            byte[] bytes = answer.body().readNBytes(MANIFEST_BYTES_MAX + 1);
            if (bytes.length > MANIFEST_BYTES_MAX) {
              throw new PullException(
                  PullException.Reason.DAMAGED, "the manifest of " + name + " is too large");
            }
            return checked(name, reference, answer, bytes);
          }
        },
        () -> 0);
  }

  private static Document checked(
      ImageName name, String reference, RegistryConnection.Answer answer, byte[] bytes)
      throws PullException {
    String digest = "sha256:" + HexFormat.of().formatHex(sha256().digest(bytes));
    String said = answer.header("Docker-Content-Digest");
    boolean asked = !reference.startsWith("sha256:") || reference.equals(digest);
    if (!asked || (said.startsWith("sha256:") && !said.equals(digest))) {
      throw new PullException(
          PullException.Reason.DAMAGED,
          "the manifest " + reference + " of " + name + " has another digest: " + digest);
    }
    return new Document(digest, answer.header("Content-Type"), bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  /** Configuration and layers together. */
  long bytes() {
    return config.size() + layers.stream().mapToLong(Descriptor::size).sum();
  }
}

package dev.wherry.runtime.images.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.builtin.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an image is, whatever it is called.
 *
 * @param layers bottom first
 * @param sizeBytes of configuration and packed layers
 */
public record ImageContent(ImageConfig config, List<LocalLayer> layers, long sizeBytes) {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final int CONFIG_BYTES_MAX = 8 * 1024 * 1024;

  /**
   * Reads an image's configuration.
   *
   * @param id its digest
   * @param blobs of the layers, bottom first
   * @throws IOException when it does not fit the manifest
   */
  public static ImageContent read(String id, Path config, List<String> blobs, long sizeBytes)
      throws IOException {
    if (Files.size(config) > CONFIG_BYTES_MAX) {
      throw new IOException("the configuration " + id + " is too large");
    }
    JsonNode tree;
    try {
      tree = Trees.parse(Files.readAllBytes(config));
    } catch (IllegalArgumentException e) {
      throw new IOException("the configuration " + id + " is no JSON", e);
    }
    List<String> diffIds = texts(tree.path("rootfs").path("diff_ids"));
    if (diffIds.size() != blobs.size()
        || !diffIds.stream().allMatch(diffId -> DIGEST.matcher(diffId).matches())) {
      throw new IOException("the configuration " + id + " does not fit its manifest");
    }
    return new ImageContent(
        process(id, tree.path("config")), LocalLayer.of(blobs, diffIds), sizeBytes);
  }

  private static ImageConfig process(String id, JsonNode config) {
    Map<String, String> labels = new LinkedHashMap<>();
    config
        .path("Labels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText("")));
    String signal = text(config, "StopSignal");
    return new ImageConfig(
        id,
        texts(config.path("Env")),
        texts(config.path("Entrypoint")),
        texts(config.path("Cmd")),
        text(config, "WorkingDir"),
        text(config, "User"),
        signal.isEmpty() ? Optional.empty() : Optional.of(signal),
        labels);
  }

  private static String text(JsonNode tree, String field) {
    return tree.path(field).isNull() ? "" : tree.path(field).asText("");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText("")));
    return texts;
  }

  /** The chain ids of the layers, topmost first. */
  public List<String> chains() {
    return layers.reversed().stream().map(LocalLayer::chainId).toList();
  }
}

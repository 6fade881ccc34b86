package dev.wherry.runtime.images.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a root was made; it says nothing of what is mounted.
 *
 * @param imageId whose root it is
 * @param chains the layers it lies on, topmost first
 * @param copiedBytes what a copy had before its container wrote to it
 * @param copiedInodes the same
 */
record RootRecord(
    Form form, String imageId, List<String> chains, long copiedBytes, long copiedInodes) {
  private static final String FILE = "root.json";

  /** How the container sees the image. */
  enum Form {
    /** An overlay with a writable folder. */
    OVERLAY,
    /** An overlay of the layers alone. */
    VIEW,
    /** A copy of its own. */
    COPY
  }

  static Optional<RootRecord> read(Path folder) {
    try {
      JsonNode tree = Trees.parse(Files.readAllBytes(folder.resolve(FILE)));
      List<String> chains = new ArrayList<>();
      tree.path("chains").forEach(chain -> chains.add(chain.asText()));
      return Optional.of(
          new RootRecord(
              Form.valueOf(tree.path("form").asText("").toUpperCase(Locale.ROOT)),
              tree.path("image").asText(""),
              List.copyOf(chains),
              tree.path("copiedBytes").asLong(),
              tree.path("copiedInodes").asLong()));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  void write(Path folder) throws IOException {
    ObjectNode tree =
        Trees.object()
            .put("form", form.name().toLowerCase(Locale.ROOT))
            .put("image", imageId)
            .put("copiedBytes", copiedBytes)
            .put("copiedInodes", copiedInodes);
    chains.forEach(tree.putArray("chains")::add);
    Files.write(folder.resolve(FILE), Trees.bytes(tree));
  }
}

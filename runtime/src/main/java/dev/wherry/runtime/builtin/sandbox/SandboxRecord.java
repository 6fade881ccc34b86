package dev.wherry.runtime.builtin.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What is kept of a sandbox.
 *
 * @param boot the boot it was made in
 * @param handler the runtime handler it was asked for with
 */
record SandboxRecord(
    String id, long createdNanos, String boot, String handler, PodSandboxConfig config) {
  private static final String FILE = "record.json";
  private static final int VERSION = 1;

  void write(Path folder) throws IOException {
    Trees.replace(
        folder.resolve(FILE),
        Trees.object()
            .put("version", VERSION)
            .put("id", id)
            .put("created", createdNanos)
            .put("boot", boot)
            .put("handler", handler)
            .put("config", config.toByteArray()));
  }

  /**
   * Reads it back.
   *
   * @throws IOException when it is missing, torn by a power cut or of another version
   */
  static SandboxRecord read(Path folder) throws IOException {
    try {
      JsonNode tree = Trees.parse(Files.readAllBytes(folder.resolve(FILE)));
      if (tree.path("version").asInt() != VERSION) {
        throw new IOException(folder + " is of another version");
      }
      return new SandboxRecord(
          tree.path("id").asText(),
          tree.path("created").asLong(),
          tree.path("boot").asText(),
          tree.path("handler").asText(),
          PodSandboxConfig.parseFrom(tree.path("config").binaryValue()));
    } catch (IllegalArgumentException e) {
      throw new IOException(folder + " is damaged", e);
    }
  }
}

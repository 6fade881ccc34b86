package dev.wherry.kubelet.placement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a book held, for the agent after this one: JSON with a checksum, replaced whole. A file that
 * is damaged, too long or of another version counts as none.
 *
 * @param version of the content's form
 */
public record StateFile(Path path, int version) {
  private static final System.Logger LOG = System.getLogger(StateFile.class.getName());
  private static final long BYTES_MAX = 16L << 20;
  private static final String VERSION = "version";
  private static final String CHECKSUM = "checksum";
  private static final String STATE = "state";

  /** What was written last. */
  public Optional<JsonNode> read() {
    try {
      if (!Files.exists(path)) {
        return Optional.empty();
      }
      if (Files.size(path) > BYTES_MAX) {
        throw new IOException("longer than " + BYTES_MAX + " bytes");
      }
      JsonNode tree = Json.parse(Files.readAllBytes(path));
      JsonNode state = tree.path(STATE);
      if (tree.path(VERSION).asInt() != version || tree.path(CHECKSUM).asLong() != sum(state)) {
        throw new IOException("of another version or damaged");
      }
      return Optional.of(state);
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "what was set aside is not known file={0}: {1}", path, e.toString());
      return Optional.empty();
    }
  }

  /** Replaces it; on disk when this returns. */
  public void write(JsonNode state) {
    ObjectNode tree = Json.object().put(VERSION, version).put(CHECKSUM, sum(state));
    tree.set(STATE, state);
    PrivateFiles.writeSecret(path, Json.write(tree));
  }

  private static long sum(JsonNode state) {
    CRC32C crc = new CRC32C();
    crc.update(Json.write(state));
    return crc.getValue();
  }
}

package dev.wherry.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** JSON trees of the runtime's own files: CNI, image manifests, archive indexes. */
public final class Trees {
  private Trees() {}

  /**
   * Parses one document.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static JsonNode parse(byte[] bytes) {
    try {
      return Json.parse(bytes);
    } catch (DecodeException e) {
      throw new IllegalArgumentException("no JSON: " + e.getMessage(), e);
    }
  }

  /** Compact UTF-8 bytes, fields in the order they were set. */
  public static byte[] bytes(JsonNode tree) {
    return Json.write(tree);
  }

  /** Writes a file anew; readers see the old one or the new one, whole. */
  public static void replace(Path file, JsonNode tree) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.write(fresh, bytes(tree));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  public static ObjectNode object() {
    return Json.object();
  }

  public static ArrayNode array() {
    return Json.array();
  }

  public static JsonNode missing() {
    return MissingNode.getInstance();
  }
}

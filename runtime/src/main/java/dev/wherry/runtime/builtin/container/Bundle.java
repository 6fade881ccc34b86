package dev.wherry.runtime.builtin.container;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A container's config.json, read back for what comes later in its life. */
final class Bundle {
  static final String FILE = "config.json";

  private Bundle() {}

  private static ObjectNode read(Path folder) throws IOException {
    if (Trees.parse(Files.readAllBytes(folder.resolve(FILE))) instanceof ObjectNode tree) {
      return tree;
    }
    throw new IOException(folder + " has no specification");
  }

  /** The container's process with another command, for exec. */
  static ObjectNode process(Path folder, List<String> command, boolean terminal)
      throws IOException {
    if (!(read(folder).path("process") instanceof ObjectNode process)) {
      throw new IOException(folder + " has no process");
    }
    ArrayNode args = process.putArray("args");
    command.forEach(args::add);
    return process.put("terminal", terminal);
  }

  /** Replaces the limits with which a container will start; its devices stay. */
  static void limit(Path folder, ObjectNode resources) throws IOException {
    ObjectNode tree = read(folder);
    if (tree.path("linux") instanceof ObjectNode linux) {
      JsonNode devices = linux.path("resources").path("devices");
      linux.set("resources", resources.deepCopy().set("devices", devices));
    }
    Files.write(folder.resolve(FILE), Trees.bytes(tree));
  }
}

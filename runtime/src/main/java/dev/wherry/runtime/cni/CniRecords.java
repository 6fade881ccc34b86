package dev.wherry.runtime.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One file per attachment, written before the first plugin runs, replaced when all have. */
final class CniRecords {
  /** Configuration and result as they were; the result is a missing node while adding. */
  record Attached(CniAttachment attachment, ObjectNode list, JsonNode result) {}

  private final Path directory;

  CniRecords(Path directory) {
    this.directory = directory;
  }

  void write(CniAttachment attachment, ObjectNode list, JsonNode result) {
    ObjectNode record = Trees.object();
    record.put("containerId", attachment.containerId());
    record.put("netns", attachment.netns());
    record.put("podNamespace", attachment.podNamespace());
    record.put("podName", attachment.podName());
    record.put("podUid", attachment.podUid());
    ArrayNode ports = record.putArray("ports");
    for (CniAttachment.HostPort port : attachment.ports()) {
      ports
          .addObject()
          .put("hostPort", port.hostPort())
          .put("containerPort", port.containerPort())
          .put("protocol", port.protocol())
          .put("hostIp", port.hostIp());
    }
    ObjectNode limits = record.putObject("limits");
    attachment.limits().forEach(limits::put);
    record.set("list", list);
    if (result.isObject()) {
      record.set("result", result);
    }
    try {
      Files.createDirectories(directory);
      Path fresh = Files.createTempFile(directory, "attachment", ".new");
      Files.write(fresh, Trees.bytes(record));
      Files.move(fresh, file(attachment.containerId()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CniException("remembering an attachment: " + e.getMessage(), e);
    }
  }

  Optional<Attached> read(String containerId) {
    try {
      JsonNode tree = Trees.parse(Files.readAllBytes(file(containerId)));
      if (!(tree.path("list") instanceof ObjectNode list)) {
        return Optional.empty();
      }
      List<CniAttachment.HostPort> ports = new ArrayList<>();
      for (JsonNode port : tree.path("ports")) {
        ports.add(
            new CniAttachment.HostPort(
                port.path("hostPort").asInt(),
                port.path("containerPort").asInt(),
                port.path("protocol").asText(),
                port.path("hostIp").asText()));
      }
      Map<String, String> limits = new TreeMap<>();
      tree.path("limits").properties().forEach(e -> limits.put(e.getKey(), e.getValue().asText()));
      var attachment =
          new CniAttachment(
              containerId,
              tree.path("netns").asText(),
              tree.path("podNamespace").asText(),
              tree.path("podName").asText(),
              tree.path("podUid").asText(),
              ports,
              limits);
      return Optional.of(new Attached(attachment, list, tree.path("result")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new CniException("reading an attachment: " + e.getMessage(), e);
    }
  }

  void remove(String containerId) {
    try {
      Files.deleteIfExists(file(containerId));
    } catch (IOException e) {
      throw new CniException("forgetting an attachment: " + e.getMessage(), e);
    }
  }

  private Path file(String containerId) {
    return directory.resolve(containerId + ".json");
  }
}

package dev.wherry.runtime.builtin.container;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.Signal;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.builtin.spec.OciUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is kept of a container. Of its configuration all but environment and command, which may
 * carry secrets and are not asked for again.
 *
 * @param boot the boot it was made in
 * @param imageRef the image by digest, as pods show it
 * @param logPath empty for none
 * @param roots ids under which its root and its image volumes are mounted
 */
public record ContainerRecord(
    String id,
    String sandboxId,
    long createdNanos,
    String boot,
    String imageId,
    String imageRef,
    String logPath,
    Signal stopSignal,
    OciUser user,
    List<String> roots,
    ContainerConfig config) {
  private static final String FILE = "record.json";
  private static final int VERSION = 1;

  public ContainerRecord {
    roots = List.copyOf(roots);
  }

  static ContainerConfig kept(ContainerConfig config) {
    return config.toBuilder().clearEnvs().clearCommand().clearArgs().build();
  }

  LinuxContainerResources resources() {
    return config.getLinux().getResources();
  }

  ContainerRecord withResources(LinuxContainerResources resources) {
    ContainerConfig.Builder changed = config.toBuilder();
    changed.getLinuxBuilder().setResources(resources);
    return new ContainerRecord(
        id,
        sandboxId,
        createdNanos,
        boot,
        imageId,
        imageRef,
        logPath,
        stopSignal,
        user,
        roots,
        changed.build());
  }

  void write(Path folder) throws IOException {
    ObjectNode tree = Trees.object().put("version", VERSION);
    tree.put("id", id).put("sandbox", sandboxId).put("created", createdNanos).put("boot", boot);
    tree.put("imageId", imageId).put("imageRef", imageRef).put("logPath", logPath);
    tree.put("stopSignal", stopSignal.name()).put("uid", user.uid()).put("gid", user.gid());
    ArrayNode groups = tree.putArray("groups");
    user.groups().forEach(groups::add);
    ArrayNode mounted = tree.putArray("roots");
    roots.forEach(mounted::add);
    tree.put("config", config.toByteArray());
    Trees.replace(folder.resolve(FILE), tree);
  }

  /** First of all that is removed of a container: without it nobody takes the rest for one. */
  static void delete(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(FILE));
  }

  /**
   * Reads it back.
   *
   * @throws IOException when it is missing, torn by a power cut or of another version
   */
  static ContainerRecord read(Path folder) throws IOException {
    try {
      JsonNode tree = Trees.parse(Files.readAllBytes(folder.resolve(FILE)));
      if (tree.path("version").asInt() != VERSION) {
        throw new IOException(folder + " is of another version");
      }
      var groups = new ArrayList<Long>();
      tree.path("groups").forEach(group -> groups.add(group.asLong()));
      var roots = new ArrayList<String>();
      tree.path("roots").forEach(root -> roots.add(root.asText()));
      return new ContainerRecord(
          tree.path("id").asText(),
          tree.path("sandbox").asText(),
          tree.path("created").asLong(),
          tree.path("boot").asText(),
          tree.path("imageId").asText(),
          tree.path("imageRef").asText(),
          tree.path("logPath").asText(),
          Signal.valueOf(tree.path("stopSignal").asText()),
          new OciUser(tree.path("uid").asLong(), tree.path("gid").asLong(), groups),
          roots,
          ContainerConfig.parseFrom(tree.path("config").binaryValue()));
    } catch (IllegalArgumentException e) {
      throw new IOException(folder + " is damaged", e);
    }
  }
}

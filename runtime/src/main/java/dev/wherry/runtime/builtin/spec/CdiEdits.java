package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.proto.cri.v1.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Carries containerEdits of CDI into a bundle's configuration (rule: CDI's SPEC.md,
 * "containerEdits", and its reference library). A device or mount takes the place of another one at
 * its path.
 */
final class CdiEdits {
  private static final List<String> HOOKS =
      List.of(
          "prestart",
          "createRuntime",
          "createContainer",
          "startContainer",
          "poststart",
          "poststop");

  private final ObjectNode tree;
  private final ObjectNode process;
  private final ObjectNode linux;

  CdiEdits(ObjectNode tree) {
    this.tree = tree;
    this.process = tree.withObjectProperty("process");
    this.linux = tree.withObjectProperty("linux");
  }

  /**
   * One {@code containerEdits}; missing is none.
   *
   * @throws IllegalArgumentException for a device that the host does not have, or an unknown hook
   */
  void add(JsonNode edits) {
    edits.path("env").forEach(variable -> environment(variable.asText()));
    edits.path("deviceNodes").forEach(this::device);
    edits.path("mounts").forEach(this::mount);
    edits.path("hooks").forEach(this::hook);
    edits.path("additionalGids").forEach(group -> group(group.asLong()));
    if (edits.has("intelRdt")) {
      linux.set("intelRdt", edits.get("intelRdt").deepCopy());
    }
  }

  private void environment(String variable) {
    ArrayNode all = process.withArrayProperty("env");
    String name = variable.substring(0, variable.indexOf('=') + 1);
    remove(all, other -> !name.isEmpty() && other.asText().startsWith(name));
    all.add(variable);
  }

  private void device(JsonNode edit) {
    String path = edit.path("path").asText();
    String host = edit.path("hostPath").asText(path);
    String access = edit.path("permissions").asText("rwm");
    ObjectNode user = process.withObjectProperty("user");
    for (OciDevice of : nodes(edit, path, host, access)) {
      OciDevice node =
          new OciDevice(
              of.path(),
              of.type(),
              edit.path("major").asLong(of.major()),
              edit.path("minor").asLong(of.minor()),
              edit.path("fileMode").asInt(of.mode()),
              edit.path("uid").asInt(user.path("uid").asInt(of.uid())),
              edit.path("gid").asInt(user.path("gid").asInt(of.gid())),
              access);
      ArrayNode devices = linux.withArrayProperty("devices");
      remove(devices, other -> other.path("path").asText().equals(node.path()));
      node.writeNode(devices);
      node.writeRule(linux.withObjectProperty("resources").withArrayProperty("devices"));
    }
  }

  /** A device whose numbers are given need not be on the host. */
  private static List<OciDevice> nodes(JsonNode edit, String path, String host, String access) {
    String type = edit.path("type").asText();
    if (!type.isEmpty() && edit.has("major")) {
      return List.of(new OciDevice(path, type.charAt(0), 0, 0, 0666, 0, 0, access));
    }
    return Devices.asked(
        Device.newBuilder()
            .setHostPath(host)
            .setContainerPath(path)
            .setPermissions(access)
            .build());
  }

  private void mount(JsonNode edit) {
    ArrayNode mounts = tree.withArrayProperty("mounts");
    String inside = edit.path("containerPath").asText();
    remove(mounts, other -> other.path("destination").asText().equals(inside));
    List<String> options = new ArrayList<>();
    edit.path("options").forEach(option -> options.add(option.asText()));
    String type = edit.path("type").asText();
    if (type.isEmpty() && !options.contains("bind") && !options.contains("rbind")) {
      options.add("rbind");
    }
    new OciMount(inside, type.isEmpty() ? "bind" : type, edit.path("hostPath").asText(), options)
        .writeTo(mounts);
  }

  private void hook(JsonNode edit) {
    String when = edit.path("hookName").asText();
    if (!HOOKS.contains(when)) {
      throw new IllegalArgumentException("CDI hook \"" + when + "\" is none of " + HOOKS);
    }
    ObjectNode hook = tree.withObjectProperty("hooks").withArrayProperty(when).addObject();
    for (String field : List.of("path", "args", "env", "timeout")) {
      if (edit.has(field)) {
        hook.set(field, edit.get(field).deepCopy());
      }
    }
  }

  private void group(long group) {
    ArrayNode groups = process.withObjectProperty("user").withArrayProperty("additionalGids");
    for (JsonNode known : groups) {
      if (known.asLong() == group) {
        return;
      }
    }
    if (group != 0) {
      groups.add(group);
    }
  }

  /** What lies above is mounted before what lies below it. */
  void finish() {
    ArrayNode mounts = tree.withArrayProperty("mounts");
    List<JsonNode> sorted = new ArrayList<>();
    mounts.forEach(sorted::add);
    sorted.sort(Comparator.comparingInt(CdiEdits::depth));
    mounts.removeAll();
    sorted.forEach(mounts::add);
  }

  private static int depth(JsonNode mount) {
    return (int) mount.path("destination").asText().chars().filter(c -> c == '/').count();
  }

  private static void remove(ArrayNode from, java.util.function.Predicate<JsonNode> which) {
    for (int i = from.size() - 1; i >= 0; i--) {
      if (which.test(from.get(i))) {
        from.remove(i);
      }
    }
  }
}

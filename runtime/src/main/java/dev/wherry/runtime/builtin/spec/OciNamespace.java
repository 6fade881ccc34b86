package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A namespace of the process.
 *
 * @param type network, pid, mount, ipc, uts, user or cgroup
 * @param path the one to join; empty for a new one
 */
public record OciNamespace(String type, String path) {
  static OciNamespace fresh(String type) {
    return new OciNamespace(type, "");
  }

  static OciNamespace of(long pid, String type, String file) {
    return new OciNamespace(type, "/proc/" + pid + "/ns/" + file);
  }

  void writeTo(ArrayNode namespaces) {
    ObjectNode namespace = namespaces.addObject().put("type", type);
    if (!path.isEmpty()) {
      namespace.put("path", path);
    }
  }
}

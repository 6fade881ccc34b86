package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The first status of definitions and API services. They are kept and validated; what they announce
 * is not served yet, and their conditions say so.
 */
final class ExtensionStatus {
  private ExtensionStatus() {}

  static void definition(ObjectNode object) {
    ObjectNode status = object.putObject("status");
    status.putObject("acceptedNames").put("kind", "").put("plural", "");
    ObjectNode established = status.putArray("conditions").addObject();
    established
        .put("type", "Established")
        .put("status", "False")
        .put("reason", "NotServed")
        .put("message", "custom resources are not served by this version of Wherry");
    var stored = status.putArray("storedVersions");
    for (JsonNode version : object.path("spec").path("versions")) {
      if (version.path("storage").asBoolean()) {
        stored.add(version.path("name").asText());
      }
    }
  }

  static void apiService(ObjectNode object) {
    boolean local = !object.path("spec").has("service");
    ObjectNode available = object.putObject("status").putArray("conditions").addObject();
    available
        .put("type", "Available")
        .put("status", local ? "True" : "False")
        .put("reason", local ? "Local" : "NotServed")
        .put(
            "message",
            local
                ? "Local APIServices are always available"
                : "other servers' APIs are not served by this version of Wherry");
  }
}

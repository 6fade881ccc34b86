package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Times;
import java.time.Instant;

/** The first status of definitions and API services. */
final class ExtensionStatus {
  private static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

  private ExtensionStatus() {}

  /** The version that is stored first and no names yet; all else is the controller's to say. */
  static void definition(ObjectNode object) {
    object.putObject("status").putObject("acceptedNames").put("plural", "").put("kind", "");
    definitionUpdate(object);
  }

  /** A version that objects are stored in from now on is remembered until nobody has any left. */
  static void definitionUpdate(ObjectNode object) {
    for (JsonNode version : object.path("spec").path("versions")) {
      if (version.path("storage").asBoolean()) {
        ArrayNode stored = object.withObject("/status").withArray("/storedVersions");
        boolean known = false;
        for (JsonNode name : stored) {
          known |= name.equals(version.path("name"));
        }
        if (!known) {
          stored.add(version.path("name").asText());
        }
      }
    }
  }

  /** Objects go first; the definition waits for them. */
  static void definitionDeletion(ObjectNode object, Instant now) {
    for (JsonNode condition : object.path("status").path("conditions")) {
      if (condition.path("type").asText().equals("Terminating")) {
        return;
      }
    }
    ArrayNode finalizers = object.withObject("/metadata").withArray("/finalizers");
    boolean known = false;
    for (JsonNode finalizer : finalizers) {
      known |= finalizer.asText().equals(CLEANUP);
    }
    if (!known) {
      finalizers.add(CLEANUP);
    }
    object
        .withObject("/status")
        .withArray("/conditions")
        .addObject()
        .put("lastTransitionTime", Times.time(now))
        .put(
            "message",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon")
        .put("reason", "InstanceDeletionPending")
        .put("status", "True")
        .put("type", "Terminating");
  }

  /** One that names a Service gets its status when somebody has looked at that. */
  static void apiService(ObjectNode object) {
    ObjectNode status = object.putObject("status");
    if (!object.path("spec").path("service").isObject()) {
      status
          .putArray("conditions")
          .addObject()
          .put("lastTransitionTime", object.path("metadata").path("creationTimestamp").asText())
          .put("type", "Available")
          .put("status", "True")
          .put("reason", "Local")
          .put("message", "Local APIServices are always available");
    }
  }
}

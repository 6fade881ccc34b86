package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.PodQos;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.schema.StructDecoder;
import java.util.Optional;

/** Which half of an object a write may touch. */
final class StatusPolicy {
  private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

  private StatusPolicy() {}

  /** A new object begins with the status its kind begins with, whatever was sent. */
  static void prepareCreate(WriteRequest request, ObjectNode object) {
    KindInfo kind = request.kind();
    if (request.info().subresource("status").isEmpty()
        || (kind.group().isEmpty() && kind.plural().equals("nodes"))) {
      return;
    }
    empty(kind, object);
    switch (kind.resource()) {
      case "pods" ->
          object
              .putObject("status")
              .put("phase", "Pending")
              .put("qosClass", PodQos.of(object.path("spec")));
      case "namespaces" -> {
        object.putObject("status").put("phase", "Active");
        object.withObject("/spec").putArray("finalizers").add("kubernetes");
      }
      case "persistentvolumeclaims" -> object.putObject("status").put("phase", "Pending");
      case "persistentvolumes" ->
          object
              .putObject("status")
              .put("phase", "Pending")
              .put(
                  "lastPhaseTransitionTime",
                  object.path("metadata").path("creationTimestamp").asText());
      case "certificatesigningrequests.certificates.k8s.io" -> describeCaller(request, object);
      case "jobs.batch" -> JobSelector.provide(object);
      case "services" -> object.putObject("status").putObject("loadBalancer");
      case DEFINITIONS -> ExtensionStatus.definition(object);
      case "apiservices.apiregistration.k8s.io" -> ExtensionStatus.apiService(object);
      default -> {}
    }
  }

  /** Go's structure of which nothing is set; custom resources have none. */
  private static void empty(KindInfo kind, ObjectNode object) {
    Schema schema = Schema.builtin();
    Optional<JsonNode> status =
        schema
            .ofKind(kind)
            .flatMap(type -> StructDecoder.unset(schema, type, "status"))
            .filter(JsonNode::isObject);
    if (status.isPresent()) {
      object.set("status", status.get());
    } else {
      object.remove("status");
    }
  }

  private static void describeCaller(WriteRequest request, ObjectNode object) {
    ObjectNode spec = object.withObject("/spec");
    spec.put("username", request.user().name());
    if (request.user().uid().isEmpty()) {
      spec.remove("uid");
    } else {
      spec.put("uid", request.user().uid());
    }
    var groups = spec.putArray("groups");
    request.user().groups().forEach(groups::add);
  }

  /** Leaves only the changes that the request's subresource is for. */
  static void prepareUpdate(WriteRequest request, ObjectNode object, ObjectNode old) {
    switch (request.subresource()) {
      case "" -> {
        if (request.info().subresource("status").isPresent()
            && !request.kind().resource().equals("nodes")) {
          copy(old, object, "status");
        }
        if (request.kind().resource().equals(DEFINITIONS)) {
          ExtensionStatus.definitionUpdate(object);
        }
        if (request.kind().resource().equals("namespaces")) {
          copy(old.path("spec"), object.withObject("/spec"), "finalizers");
        }
      }
      case "status" -> {
        keepAllBut(object, old, "status");
        if (request.info().isCustom()) {
          keepMetadata(object, old);
        }
      }
      case "resize" -> {
        JsonNode sent = object.path("spec").deepCopy();
        keepAllBut(object, old, "");
        keepMetadata(object, old);
        PodSizes.take(sent, object.withObject("/spec"));
      }
      case "approval" -> {
        JsonNode conditions = object.path("status").path("conditions");
        keepAllBut(object, old, "status");
        ObjectNode status =
            old.path("status").deepCopy().isObject()
                ? (ObjectNode) old.path("status").deepCopy()
                : object.putObject("status");
        status.set("conditions", conditions);
        object.set("status", status);
      }
      case "finalize" -> {
        JsonNode finalizers = object.path("spec").path("finalizers").deepCopy();
        keepAllBut(object, old, "");
        ObjectNode spec = object.withObject("/spec");
        if (finalizers.isArray()) {
          spec.set("finalizers", finalizers);
        } else {
          spec.remove("finalizers");
        }
      }
      default -> {}
    }
  }

  /** All metadata but the note of who changed what, and the client's precondition. */
  private static void keepMetadata(ObjectNode object, ObjectNode old) {
    JsonNode sent = object.path("metadata");
    ObjectNode metadata = old.path("metadata").deepCopy();
    copy(sent, metadata, "managedFields");
    copy(sent, metadata, "resourceVersion");
    object.set("metadata", metadata);
  }

  /** Everything from the old object, save metadata and one field. */
  private static void keepAllBut(ObjectNode object, ObjectNode old, String field) {
    JsonNode kept = object.path(field);
    JsonNode metadata = object.path("metadata");
    ObjectNode all = old.deepCopy();
    object.removeAll();
    object.setAll(all);
    object.set("metadata", metadata);
    if (!field.isEmpty()) {
      if (kept.isMissingNode() || kept.isNull()) {
        object.remove(field);
      } else {
        object.set(field, kept);
      }
    }
  }

  private static void copy(JsonNode from, ObjectNode to, String field) {
    if (from.has(field)) {
      to.set(field, from.get(field).deepCopy());
    } else {
      to.remove(field);
    }
  }
}

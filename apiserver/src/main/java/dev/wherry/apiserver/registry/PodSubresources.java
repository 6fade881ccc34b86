package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** {@code pods/binding} and {@code pods/eviction}. */
public final class PodSubresources {
  private final ObjectStore objects;
  private final Evictions evictions;
  private final InstantSource clock;

  PodSubresources(ObjectStore objects, Evictions evictions, InstantSource clock) {
    this.objects = objects;
    this.evictions = evictions;
    this.clock = clock;
  }

  /** Puts a pod on a node, once (core registry/pod/storage BindingREST). */
  public ObjectNode bind(WriteRequest request, JsonNode binding) {
    String node = binding.path("target").path("name").asText();
    if (node.isEmpty()) {
      throw ApiException.invalid(
          new dev.wherry.model.kind.KindInfo("", "v1", "Binding", "bindings", true),
          request.name(),
          List.of(new ApiException.Cause("FieldValueRequired", "Required value", "target.name")));
    }
    objects.updateUnowned(request, pod -> bound(request, pod, binding, node));
    return created();
  }

  private ObjectNode bound(WriteRequest request, ObjectNode pod, JsonNode binding, String node) {
    String uid = binding.path("metadata").path("uid").asText();
    if (!uid.isEmpty() && !uid.equals(pod.path("metadata").path("uid").asText())) {
      throw MetadataPolicy.uidConflict(request, uid, pod.path("metadata").path("uid").asText());
    }
    if (pod.path("metadata").has("deletionTimestamp")) {
      throw ApiException.conflict(
          request.kind(),
          request.name(),
          "pod " + request.name() + " is being deleted, cannot be assigned to a host");
    }
    String already = pod.path("spec").path("nodeName").asText();
    if (!already.isEmpty()) {
      throw ApiException.conflict(
          request.kind(),
          request.name(),
          "pod " + request.name() + " is already assigned to node \"" + already + "\"");
    }
    if (!pod.path("spec").path("schedulingGates").isEmpty()) {
      throw ApiException.conflict(
          request.kind(),
          request.name(),
          "pod " + request.name() + " has non-empty .spec.schedulingGates");
    }
    pod.withObject("/spec").put("nodeName", node);
    for (String field : List.of("annotations", "labels")) {
      copy(binding.path("metadata").path(field), pod, field);
    }
    scheduled(pod);
    return pod;
  }

  /** Labels that the pod has already stay as they are. */
  private static void copy(JsonNode from, ObjectNode pod, String field) {
    for (Map.Entry<String, JsonNode> e : from.properties()) {
      ObjectNode into = pod.withObject("/metadata/" + field);
      if (field.equals("annotations") || !into.has(e.getKey())) {
        into.set(e.getKey(), e.getValue());
      }
    }
  }

  private void scheduled(ObjectNode pod) {
    PodConditions.put(pod, PodConditions.holds("PodScheduled", clock.instant()));
    pod.withObject("/status").remove("nominatedNodeName");
  }

  private static ObjectNode created() {
    ObjectNode status = Json.object();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return status.put("status", "Success").put("code", 201);
  }

  /** Deletes a pod unless a PodDisruptionBudget keeps it. */
  public ObjectNode evict(WriteRequest request, JsonNode eviction) {
    evictions.evict(request, eviction);
    return created();
  }
}

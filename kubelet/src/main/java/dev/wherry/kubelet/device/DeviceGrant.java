package dev.wherry.kubelet.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.wherry.model.json.Json;
import dev.wherry.proto.device.v1beta1.ContainerAllocateResponse;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Devices of one resource that a container holds.
 *
 * @param answer what the plugin wants done to the container; empty after the machine has booted
 *     anew, when paths and numbers of devices may be others
 */
record DeviceGrant(
    String uid,
    String container,
    String resource,
    Set<String> ids,
    Optional<ContainerAllocateResponse> answer) {
  DeviceGrant {
    ids = java.util.Collections.unmodifiableSet(new TreeSet<>(ids));
  }

  boolean of(String pod, String name) {
    return uid.equals(pod) && container.equals(name);
  }

  ObjectNode toJson() {
    ObjectNode tree =
        Json.object().put("pod", uid).put("container", container).put("resource", resource);
    ArrayNode devices = tree.putArray("devices");
    ids.forEach(devices::add);
    answer.ifPresent(
        told -> tree.put("answer", Base64.getEncoder().encodeToString(told.toByteArray())));
    return tree;
  }

  static DeviceGrant fromJson(JsonNode tree, boolean sameBoot) {
    Set<String> ids = new TreeSet<>();
    tree.path("devices").forEach(id -> ids.add(id.asText()));
    return new DeviceGrant(
        tree.path("pod").asText(),
        tree.path("container").asText(),
        tree.path("resource").asText(),
        ids,
        sameBoot && tree.has("answer") ? answer(tree.path("answer").asText()) : Optional.empty());
  }

  private static Optional<ContainerAllocateResponse> answer(String text) {
    try {
      return Optional.of(ContainerAllocateResponse.parseFrom(Base64.getDecoder().decode(text)));
    } catch (InvalidProtocolBufferException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}

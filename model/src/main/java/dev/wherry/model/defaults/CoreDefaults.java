package dev.wherry.model.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** Services, nodes, namespaces and the smaller kinds of the core group. */
final class CoreDefaults {
  private static final int AFFINITY_SECONDS = 10_800;

  private CoreDefaults() {}

  static void service(ObjectNode service) {
    ObjectNode spec = Fill.child(service, "spec");
    Fill.text(spec, "sessionAffinity", "None");
    if (spec.path("sessionAffinity").asText().equals("None")) {
      spec.remove("sessionAffinityConfig");
    } else if (spec.path("sessionAffinity").asText().equals("ClientIP")) {
      ObjectNode client = Fill.child(Fill.child(spec, "sessionAffinityConfig"), "clientIP");
      Fill.number(client, "timeoutSeconds", AFFINITY_SECONDS);
    }
    Fill.text(spec, "type", "ClusterIP");
    for (ObjectNode port : Fill.each(spec, "ports")) {
      Fill.text(port, "protocol", "TCP");
      if (Fill.absent(port, "targetPort") || port.path("targetPort").asInt(-1) == 0) {
        port.set("targetPort", port.has("port") ? port.path("port") : IntNode.valueOf(0));
      }
    }
    traffic(spec);
    ObjectNode balancer = Fill.peek(Fill.peek(service, "status"), "loadBalancer");
    for (ObjectNode ingress : Fill.each(balancer, "ingress")) {
      if (!Fill.absent(ingress, "ip") && spec.path("type").asText().equals("LoadBalancer")) {
        Fill.text(ingress, "ipMode", "VIP");
      }
    }
  }

  private static void traffic(ObjectNode spec) {
    String type = spec.path("type").asText();
    boolean balanced = type.equals("LoadBalancer");
    boolean external =
        balanced
            || type.equals("NodePort")
            || (type.equals("ClusterIP") && !spec.path("externalIPs").isEmpty());
    if (external) {
      Fill.text(spec, "externalTrafficPolicy", "Cluster");
    }
    if (balanced || type.equals("NodePort") || type.equals("ClusterIP")) {
      Fill.optionalText(spec, "internalTrafficPolicy", "Cluster");
    }
    if (balanced) {
      Fill.flag(spec, "allocateLoadBalancerNodePorts", true);
    }
  }

  static void endpoints(ObjectNode endpoints) {
    for (ObjectNode subset : Fill.each(endpoints, "subsets")) {
      Fill.each(subset, "ports").forEach(port -> Fill.text(port, "protocol", "TCP"));
    }
  }

  /** The name label is set also when a client removes it. */
  static void namespace(ObjectNode namespace) {
    Fill.text(Fill.child(namespace, "status"), "phase", "Active");
    String name = namespace.at("/metadata/name").asText();
    if (!name.isEmpty()) {
      ObjectNode labels = Fill.child(Fill.child(namespace, "metadata"), "labels");
      labels.put("kubernetes.io/metadata.name", name);
    }
  }

  static void node(ObjectNode node) {
    ObjectNode status = Fill.peek(node, "status");
    if (status.has("capacity") && !status.has("allocatable")) {
      status.set("allocatable", status.path("capacity").deepCopy());
    }
    podRanges(Fill.peek(node, "spec"));
  }

  /** The single range is the first of the list, and wins (upstream's core/v1/conversion.go). */
  private static void podRanges(ObjectNode spec) {
    String single = spec.path("podCIDR").asText();
    String first = spec.path("podCIDRs").path(0).asText();
    if (!single.isEmpty() && !single.equals(first)) {
      spec.putArray("podCIDRs").add(single);
    } else if (single.isEmpty() && !first.isEmpty()) {
      spec.put("podCIDR", first);
    }
  }

  static void limitRange(ObjectNode range) {
    for (ObjectNode item : Fill.each(Fill.peek(range, "spec"), "limits")) {
      if (item.path("type").asText().equals("Container")) {
        copyMissing(item.path("max"), Fill.child(item, "default"));
        copyMissing(item.path("default"), Fill.child(item, "defaultRequest"));
        copyMissing(item.path("min"), Fill.child(item, "defaultRequest"));
        Fill.dropEmpty(item, "default");
        Fill.dropEmpty(item, "defaultRequest");
      }
    }
  }

  /** {@code stringData} is write-only: its entries become data, over those of the same name. */
  static void secret(ObjectNode secret) {
    Fill.text(secret, "type", "Opaque");
    JsonNode texts = secret.remove("stringData");
    if (texts != null && !texts.isEmpty()) {
      ObjectNode data = Fill.child(secret, "data");
      for (Map.Entry<String, JsonNode> e : texts.properties()) {
        byte[] bytes = e.getValue().asText().getBytes(StandardCharsets.UTF_8);
        data.put(e.getKey(), Base64.getEncoder().encodeToString(bytes));
      }
    }
  }

  private static void copyMissing(JsonNode from, ObjectNode to) {
    for (Map.Entry<String, JsonNode> e : from.properties()) {
      if (!to.has(e.getKey())) {
        to.set(e.getKey(), e.getValue());
      }
    }
  }
}

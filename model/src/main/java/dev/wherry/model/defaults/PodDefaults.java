package dev.wherry.model.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Pods and pod templates. */
final class PodDefaults {
  private static final int GRACE_SECONDS = 30;
  private static final List<String> PROBES =
      List.of("livenessProbe", "readinessProbe", "startupProbe");
  private static final List<String> CONTAINERS =
      List.of("initContainers", "containers", "ephemeralContainers");

  private PodDefaults() {}

  /** A pod itself has more defaults than a template. */
  static void pod(ObjectNode pod) {
    ObjectNode spec = Fill.child(pod, "spec");
    for (String list : List.of("initContainers", "containers")) {
      for (ObjectNode container : Fill.each(spec, list)) {
        if (Fill.has(container, "resources")) {
          requestsFromLimits(Fill.peek(container, "resources"));
        }
      }
    }
    Fill.flag(spec, "enableServiceLinks", true);
    if (spec.path("hostNetwork").asBoolean()) {
      for (String list : List.of("initContainers", "containers")) {
        Fill.each(spec, list).forEach(PodDefaults::hostPorts);
      }
    }
    spec(spec);
  }

  private static void requestsFromLimits(ObjectNode resources) {
    if (!resources.path("limits").isEmpty()) {
      ObjectNode requests = Fill.child(resources, "requests");
      for (Map.Entry<String, JsonNode> limit : resources.path("limits").properties()) {
        if (!requests.has(limit.getKey())) {
          requests.set(limit.getKey(), limit.getValue());
        }
      }
    }
  }

  static void spec(ObjectNode spec) {
    Fill.text(spec, "dnsPolicy", "ClusterFirst");
    Fill.text(spec, "restartPolicy", "Always");
    Fill.child(spec, "securityContext");
    Fill.number(spec, "terminationGracePeriodSeconds", GRACE_SECONDS);
    if (spec.path("terminationGracePeriodSeconds").asLong() < 0) {
      // Upstream makes it so where it reads v1 (core/v1/conversion.go).
      spec.put("terminationGracePeriodSeconds", 1);
    }
    Fill.text(spec, "schedulerName", "default-scheduler");
    accountNames(spec);
    for (String list : CONTAINERS) {
      Fill.each(spec, list).forEach(PodDefaults::container);
    }
    Fill.each(spec, "volumes").forEach(VolumeDefaults::volume);
  }

  /** The old name and the new one always agree. */
  private static void accountNames(ObjectNode spec) {
    if (!Fill.absent(spec, "serviceAccountName")) {
      spec.set("serviceAccount", spec.path("serviceAccountName"));
    } else if (!Fill.absent(spec, "serviceAccount")) {
      spec.set("serviceAccountName", spec.path("serviceAccount"));
    }
  }

  private static void hostPorts(ObjectNode container) {
    for (ObjectNode port : Fill.each(container, "ports")) {
      if (port.path("hostPort").asInt() == 0 && port.has("containerPort")) {
        port.set("hostPort", port.path("containerPort"));
      }
    }
  }

  private static void container(ObjectNode container) {
    Fill.text(container, "imagePullPolicy", pullPolicy(container.path("image").asText()));
    Fill.text(container, "terminationMessagePath", "/dev/termination-log");
    Fill.text(container, "terminationMessagePolicy", "File");
    Fill.child(container, "resources");
    Fill.each(container, "ports").forEach(port -> Fill.text(port, "protocol", "TCP"));
    for (ObjectNode variable : Fill.each(container, "env")) {
      ObjectNode source = Fill.peek(variable, "valueFrom");
      Fill.text(Fill.peek(source, "fieldRef"), "apiVersion", "v1");
      if (Fill.has(source, "resourceFieldRef")) {
        Fill.text(Fill.peek(source, "resourceFieldRef"), "divisor", "0");
      }
    }
    for (String name : PROBES) {
      if (Fill.has(container, name)) {
        probe(Fill.peek(container, name));
      }
    }
    ObjectNode lifecycle = Fill.peek(container, "lifecycle");
    handler(Fill.peek(lifecycle, "postStart"));
    handler(Fill.peek(lifecycle, "preStop"));
  }

  private static void probe(ObjectNode probe) {
    Fill.numberOrZero(probe, "timeoutSeconds", 1);
    Fill.numberOrZero(probe, "periodSeconds", 10);
    Fill.numberOrZero(probe, "successThreshold", 1);
    Fill.numberOrZero(probe, "failureThreshold", 3);
    handler(probe);
  }

  private static void handler(ObjectNode handler) {
    if (Fill.has(handler, "httpGet")) {
      Fill.text(Fill.peek(handler, "httpGet"), "path", "/");
      Fill.text(Fill.peek(handler, "httpGet"), "scheme", "HTTP");
    }
    if (Fill.has(handler, "grpc") && !Fill.peek(handler, "grpc").has("service")) {
      Fill.peek(handler, "grpc").put("service", "");
    }
  }

  /** No tag and no digest, or the tag latest: the image may change under its name. */
  static String pullPolicy(String image) {
    if (image.contains("@")) {
      return image.substring(0, image.indexOf('@')).endsWith(":latest") ? "Always" : "IfNotPresent";
    }
    int colon = image.indexOf(':', image.lastIndexOf('/') + 1);
    String tag = colon < 0 ? "latest" : image.substring(colon + 1);
    return tag.equals("latest") ? "Always" : "IfNotPresent";
  }
}

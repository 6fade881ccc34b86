package dev.wherry.apiserver.defaulting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Defaults of PodSpec (core/v1/defaults.go). */
final class PodDefaults {
  private static final int GRACE_SECONDS = 30;
  private static final int FILE_MODE = 0644;
  private static final int TOKEN_SECONDS = 60 * 60;

  private PodDefaults() {}

  /** A pod: its template's defaults, and requests taken from limits. */
  static void pod(ObjectNode pod) {
    ObjectNode spec = Fill.object(pod, "spec");
    spec(spec);
    for (String list : List.of("containers", "initContainers")) {
      Fill.objects(spec, list).forEach(PodDefaults::requestsFromLimits);
    }
    Fill.flag(spec, "enableServiceLinks", true);
  }

  /** The spec of a pod or template. */
  static void spec(ObjectNode spec) {
    Fill.text(spec, "dnsPolicy", "ClusterFirst");
    Fill.text(spec, "restartPolicy", "Always");
    if (!spec.path("securityContext").isObject()) {
      spec.putObject("securityContext");
    }
    Fill.number(spec, "terminationGracePeriodSeconds", GRACE_SECONDS);
    Fill.text(spec, "schedulerName", "default-scheduler");
    serviceAccount(spec);
    boolean hostNetwork = spec.path("hostNetwork").asBoolean();
    for (String list : List.of("containers", "initContainers", "ephemeralContainers")) {
      Fill.objects(spec, list)
          .forEach(c -> container(c, hostNetwork, !list.equals("ephemeralContainers")));
    }
    Fill.objects(spec, "volumes").forEach(PodDefaults::volume);
  }

  /** The deprecated name and the new one follow each other. */
  private static void serviceAccount(ObjectNode spec) {
    String name = spec.path("serviceAccountName").asText();
    String deprecated = spec.path("serviceAccount").asText();
    if (name.isEmpty() && !deprecated.isEmpty()) {
      spec.put("serviceAccountName", deprecated);
    } else if (!name.isEmpty()) {
      spec.put("serviceAccount", name);
    }
  }

  private static void container(ObjectNode container, boolean hostNetwork, boolean hasResources) {
    Fill.text(container, "imagePullPolicy", pullPolicy(container.path("image").asText()));
    Fill.text(container, "terminationMessagePath", "/dev/termination-log");
    Fill.text(container, "terminationMessagePolicy", "File");
    if (hasResources && !container.path("resources").isObject()) {
      container.putObject("resources");
    }
    for (ObjectNode port : Fill.objects(container, "ports")) {
      Fill.text(port, "protocol", "TCP");
      if (hostNetwork && port.path("hostPort").asInt() == 0) {
        port.put("hostPort", port.path("containerPort").asInt());
      }
    }
    for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
      if (container.path(probe) instanceof ObjectNode object) {
        probe(object);
      }
    }
    for (String hook : List.of("postStart", "preStop")) {
      http(Fill.present(container.path("lifecycle"), hook));
    }
    for (ObjectNode variable : Fill.objects(container, "env")) {
      if (variable.path("valueFrom").path("fieldRef") instanceof ObjectNode reference) {
        Fill.text(reference, "apiVersion", "v1");
      }
    }
  }

  /** No tag, or the tag latest, without a digest: always ask the registry. */
  static String pullPolicy(String image) {
    if (image.contains("@")) {
      return "IfNotPresent";
    }
    String name = image.substring(image.lastIndexOf('/') + 1);
    int colon = name.indexOf(':');
    return colon < 0 || name.substring(colon + 1).equals("latest") ? "Always" : "IfNotPresent";
  }

  private static void probe(ObjectNode probe) {
    Fill.number(probe, "timeoutSeconds", 1);
    Fill.number(probe, "periodSeconds", 10);
    Fill.number(probe, "successThreshold", 1);
    Fill.number(probe, "failureThreshold", 3);
    http(probe);
    if (probe.path("grpc") instanceof ObjectNode grpc && !grpc.has("service")) {
      grpc.put("service", "");
    }
  }

  private static void http(ObjectNode handler) {
    if (handler.path("httpGet") instanceof ObjectNode http) {
      Fill.text(http, "path", "/");
      Fill.text(http, "scheme", "HTTP");
    }
  }

  private static void requestsFromLimits(ObjectNode container) {
    JsonNode limits = container.path("resources").path("limits");
    if (limits.isEmpty()) {
      return;
    }
    ObjectNode requests = Fill.object(Fill.object(container, "resources"), "requests");
    for (Map.Entry<String, JsonNode> limit : limits.properties()) {
      if (!requests.has(limit.getKey())) {
        requests.set(limit.getKey(), limit.getValue());
      }
    }
  }

  private static void volume(ObjectNode volume) {
    boolean sourceless = volume.properties().stream().allMatch(e -> e.getKey().equals("name"));
    if (sourceless) {
      volume.putObject("emptyDir");
    }
    for (String source : List.of("secret", "configMap", "downwardAPI", "projected")) {
      if (volume.path(source) instanceof ObjectNode object) {
        Fill.number(object, "defaultMode", FILE_MODE);
        fieldReferences(object);
      }
    }
    for (ObjectNode projection : Fill.objects(volume.path("projected"), "sources")) {
      fieldReferences(Fill.present(projection, "downwardAPI"));
      if (projection.path("serviceAccountToken") instanceof ObjectNode token) {
        Fill.number(token, "expirationSeconds", TOKEN_SECONDS);
      }
    }
    if (volume.path("hostPath") instanceof ObjectNode path && !path.has("type")) {
      path.put("type", "");
    }
  }

  private static void fieldReferences(ObjectNode source) {
    for (ObjectNode item : Fill.objects(source, "items")) {
      if (item.path("fieldRef") instanceof ObjectNode reference) {
        Fill.text(reference, "apiVersion", "v1");
      }
    }
  }
}

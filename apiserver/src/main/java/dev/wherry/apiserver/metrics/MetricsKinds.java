package dev.wherry.apiserver.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.List;
import java.util.Optional;

/** The two resources of metrics.k8s.io/v1beta1 (k8s.io/metrics pkg/apis/metrics/v1beta1). */
public final class MetricsKinds {
  public static final String GROUP = "metrics.k8s.io";
  public static final String VERSION = "v1beta1";

  /** Where the group-version is served. */
  public static final String PATH = "/apis/" + GROUP + "/" + VERSION;

  private static final List<String> VERBS = List.of("get", "list");

  static final ResourceInfo NODES = resource("NodeMetrics", "nodes", false);
  static final ResourceInfo PODS = resource("PodMetrics", "pods", true);

  private MetricsKinds() {}

  // Described as a definition's kinds are: the published schema has no such types.
  private static ResourceInfo resource(String kind, String plural, boolean namespaced) {
    return new ResourceInfo(
        new KindInfo(GROUP, VERSION, kind, plural, namespaced),
        "",
        List.of(),
        List.of(),
        VERBS,
        List.of(),
        List.of(),
        GROUP);
  }

  static List<ResourceInfo> all() {
    return List.of(NODES, PODS);
  }

  /** The resource of a path; empty for another group's. */
  public static Optional<ResourceInfo> find(String group, String version, String plural) {
    if (!group.equals(GROUP) || !version.equals(VERSION)) {
      return Optional.empty();
    }
    return all().stream().filter(info -> info.kind().plural().equals(plural)).findFirst();
  }

  /** The schema of a kind's objects. */
  static JsonNode schema(KindInfo kind) {
    ObjectNode schema = Json.object().put("type", "object");
    schema.put(
        "description",
        kind.namespaced()
            ? "PodMetrics sets resource usage metrics of a pod."
            : "NodeMetrics sets resource usage metrics of a node.");
    schema.putArray("required").add("timestamp").add("window");
    ObjectNode fields = schema.putObject("properties");
    fields.putObject("metadata").put("type", "object");
    fields
        .putObject("timestamp")
        .put("description", "The end of the interval from which the metrics were collected.")
        .put("type", "string")
        .put("format", "date-time");
    fields
        .putObject("window")
        .put("description", "The length of the interval: [timestamp - window, timestamp].")
        .put("type", "string");
    if (kind.namespaced()) {
      ObjectNode container = Json.object().put("type", "object");
      ObjectNode parts = container.putObject("properties");
      parts.putObject("name").put("type", "string");
      parts.set("usage", usage("container"));
      fields
          .putObject("containers")
          .put("description", "Metrics for all containers are collected within the same window.")
          .put("type", "array")
          .set("items", container);
    } else {
      fields.set("usage", usage("node"));
    }
    return schema;
  }

  private static ObjectNode usage(String of) {
    ObjectNode usage = Json.object().put("type", "object");
    usage.put("description", "The CPU and memory usage of the " + of + ".");
    usage.putObject("additionalProperties").put("x-kubernetes-int-or-string", true);
    return usage;
  }
}

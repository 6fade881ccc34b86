package dev.wherry.kubelet.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.cri.CriLabels;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.kubelet.resource.HostFigures;
import dev.wherry.model.json.Json;
import dev.wherry.proto.cri.v1.ContainerStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** CPU and memory in use, as {@code /stats/summary} and {@code /metrics/resource} give them. */
final class NodeStats {
  private static final double NANOS_PER_SECOND = 1e9;

  private final PodParts parts;
  private final PodWorkers workers;

  NodeStats(PodParts parts, PodWorkers workers) {
    this.parts = parts;
    this.workers = workers;
  }

  ObjectNode summary() {
    Instant now = parts.clock().instant();
    Map<String, List<ContainerStats>> byPod = byPod();
    ObjectNode summary = Json.object();
    ObjectNode node = summary.putObject("node");
    node.put("nodeName", parts.config().nodeName());
    node.putObject("memory")
        .put("time", now.toString())
        .put("usageBytes", HostFigures.memoryBytes() - HostFigures.availableMemoryBytes())
        .put("workingSetBytes", HostFigures.memoryBytes() - HostFigures.availableMemoryBytes())
        .put("availableBytes", HostFigures.availableMemoryBytes());
    node.putObject("cpu")
        .put("time", now.toString())
        .put("usageCoreNanoSeconds", HostFigures.cpuNanos());
    ArrayNode pods = summary.putArray("pods");
    for (PodView pod : workers.pods()) {
      ObjectNode entry = pods.addObject();
      entry
          .putObject("podRef")
          .put("name", pod.name())
          .put("namespace", pod.namespace())
          .put("uid", pod.uid());
      ArrayNode containers = entry.putArray("containers");
      byPod.getOrDefault(pod.uid(), List.of()).forEach(s -> containers.add(container(s)));
    }
    return summary;
  }

  private static ObjectNode container(ContainerStats stats) {
    ObjectNode out = Json.object();
    out.put("name", name(stats));
    String time = Instant.ofEpochSecond(0, stats.getCpu().getTimestamp()).toString();
    ObjectNode cpu = out.putObject("cpu").put("time", time);
    cpu.put("usageCoreNanoSeconds", stats.getCpu().getUsageCoreNanoSeconds().getValue());
    if (stats.getCpu().hasUsageNanoCores()) {
      cpu.put("usageNanoCores", stats.getCpu().getUsageNanoCores().getValue());
    }
    out.putObject("memory")
        .put("time", time)
        .put("workingSetBytes", stats.getMemory().getWorkingSetBytes().getValue());
    return out;
  }

  /** Prometheus text: totals of CPU seconds and working sets. */
  String resourceMetrics() {
    StringBuilder out = new StringBuilder();
    head(out, "container_cpu_usage_seconds_total", "counter");
    List<ContainerStats> all = byPod().values().stream().flatMap(List::stream).toList();
    for (ContainerStats stats : all) {
      long nanos = stats.getCpu().getUsageCoreNanoSeconds().getValue();
      line(out, "container_cpu_usage_seconds_total", stats, nanos / NANOS_PER_SECOND);
    }
    head(out, "container_memory_working_set_bytes", "gauge");
    for (ContainerStats stats : all) {
      double bytes = stats.getMemory().getWorkingSetBytes().getValue();
      line(out, "container_memory_working_set_bytes", stats, bytes);
    }
    head(out, "node_cpu_usage_seconds_total", "counter");
    out.append("node_cpu_usage_seconds_total ")
        .append(HostFigures.cpuNanos() / NANOS_PER_SECOND)
        .append('\n');
    head(out, "node_memory_working_set_bytes", "gauge");
    out.append("node_memory_working_set_bytes ")
        .append(HostFigures.memoryBytes() - HostFigures.availableMemoryBytes())
        .append('\n');
    return out.toString();
  }

  private static void head(StringBuilder out, String name, String type) {
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder out, String name, ContainerStats stats, double value) {
    Map<String, String> labels = stats.getAttributes().getLabelsMap();
    out.append(name)
        .append("{container=\"")
        .append(name(stats))
        .append("\",namespace=\"")
        .append(labels.getOrDefault(CriLabels.POD_NAMESPACE, ""))
        .append("\",pod=\"")
        .append(labels.getOrDefault(CriLabels.POD_NAME, ""))
        .append("\"} ")
        .append(value)
        .append('\n');
  }

  private static String name(ContainerStats stats) {
    return stats
        .getAttributes()
        .getLabelsMap()
        .getOrDefault(CriLabels.CONTAINER_NAME, stats.getAttributes().getMetadata().getName());
  }

  private Map<String, List<ContainerStats>> byPod() {
    Map<String, List<ContainerStats>> byPod = new LinkedHashMap<>();
    for (ContainerStats stats : parts.runtime().stats()) {
      String uid = stats.getAttributes().getLabelsMap().getOrDefault(CriLabels.POD_UID, "");
      if (!uid.isEmpty()) {
        byPod.computeIfAbsent(uid, _ -> new ArrayList<>()).add(stats);
      }
    }
    return byPod;
  }
}

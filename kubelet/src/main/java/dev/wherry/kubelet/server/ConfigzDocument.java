package dev.wherry.kubelet.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.config.KubeletFile;
import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.config.ShutdownStep;
import dev.wherry.kubelet.eviction.Amount;
import dev.wherry.kubelet.eviction.EvictionSettings;
import dev.wherry.kubelet.eviction.Threshold;
import dev.wherry.kubelet.placement.CpuSettings;
import dev.wherry.kubelet.placement.PlacementSettings;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.json.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What holds on this node, as upstream's {@code /configz} prints it: {@code {"kubeletconfig": ...}}
 * with the fields of KubeletConfiguration v1beta1. Fields that have no effect here are not in it;
 * what is reserved stands under systemReserved, with which kubeReserved was added up. Pure.
 */
final class ConfigzDocument {
  private ConfigzDocument() {}

  /**
   * @param systemd whether the runtime makes systemd's slices
   * @param unified whether cgroups are version 2 alone; others have neither limited swap nor
   *     containers that end as a whole
   */
  static ObjectNode of(KubeletConfig config, boolean systemd, boolean unified) {
    NodeSettings settings = config.settings();
    ObjectNode fields = KubeletFile.fixed();
    fields.put("cgroupDriver", systemd ? "systemd" : "cgroupfs");
    fields.put("clusterDomain", config.clusterDomain());
    config.clusterDns().forEach(fields.putArray("clusterDNS")::add);
    fields.put("resolvConf", config.resolvConf().toString());
    fields.put("podLogsDir", config.podLogsDir().toString());
    fields.put("port", config.serverPort());
    fields.put("containerRuntimeEndpoint", config.criEndpoint());
    fields.put("imageServiceEndpoint", config.imageEndpoint());
    fields.put("staticPodPath", settings.staticPods());
    fields.put("maxPods", settings.maxPods());
    fields.put("podPidsLimit", settings.pidsMax());
    fields.put("seccompDefault", settings.seccompDefault());
    fields.put("singleProcessOOMKill", settings.singleOomKill() || !unified);
    fields
        .putObject("memorySwap")
        .put("swapBehavior", settings.limitedSwap() && unified ? "LimitedSwap" : "NoSwap");
    settings.unsafeSysctls().forEach(fields.putArray("allowedUnsafeSysctls")::add);
    fields.putArray("enforceNodeAllocatable").add(settings.enforced() ? "pods" : "none");
    fields.put("containerLogMaxSize", Quantity.ofBytes(settings.logs().fileBytesMax()).toString());
    fields.put("containerLogMaxFiles", settings.logs().filesMax());
    fields.put("imageGCHighThresholdPercent", settings.images().highPercent());
    fields.put("imageGCLowThresholdPercent", settings.images().lowPercent());
    fields.putObject("userNamespaces").put("idsPerPod", settings.idsPerPod());
    ObjectNode reserved = fields.putObject("systemReserved");
    new TreeMap<>(settings.reserved())
        .forEach((name, amount) -> reserved.put(name, amount.toString()));
    ArrayNode taints = fields.putArray("registerWithTaints");
    for (Taint taint : config.taints()) {
      taints
          .addObject()
          .put("key", taint.key())
          .put("value", taint.value())
          .put("effect", taint.effect());
    }
    eviction(fields, settings.eviction());
    placement(fields, settings.placement());
    shutdown(fields, settings);
    ObjectNode document = Json.object();
    document.set("kubeletconfig", fields);
    return document;
  }

  private static void eviction(ObjectNode fields, EvictionSettings settings) {
    fields.put("evictionPressureTransitionPeriod", text(settings.transition()));
    fields.put("evictionMaxPodGracePeriod", settings.graceMax().toSeconds());
    fields.put("mergeDefaultEvictionSettings", false);
    ObjectNode hard = fields.putObject("evictionHard");
    for (Threshold threshold : settings.thresholds()) {
      String signal = threshold.signal().text();
      if (threshold.grace().isZero()) {
        hard.put(signal, text(threshold.below()));
      } else {
        fields.withObject("/evictionSoft").put(signal, text(threshold.below()));
        fields.withObject("/evictionSoftGracePeriod").put(signal, text(threshold.grace()));
      }
      if (!threshold.reclaim().isNone()) {
        fields.withObject("/evictionMinimumReclaim").put(signal, text(threshold.reclaim()));
      }
    }
  }

  private static void placement(ObjectNode fields, PlacementSettings settings) {
    CpuSettings cpus = settings.cpus();
    fields.put("cpuManagerPolicy", cpus.exclusive() ? "static" : "none");
    if (cpus.fullCoresOnly() || cpus.strictReservation()) {
      ObjectNode options = fields.putObject("cpuManagerPolicyOptions");
      options.put("full-pcpus-only", Boolean.toString(cpus.fullCoresOnly()));
      options.put("strict-cpu-reservation", Boolean.toString(cpus.strictReservation()));
    }
    fields.put("reservedSystemCPUs", cpus.reservedCpus().toString());
    fields.put("memoryManagerPolicy", settings.memory().exclusive() ? "Static" : "None");
    ArrayNode memory = fields.putArray("reservedMemory");
    for (Map.Entry<Integer, Long> node : settings.memory().reserved().entrySet()) {
      memory
          .addObject()
          .put("numaNode", node.getKey())
          .putObject("limits")
          .put("memory", Quantity.ofBytes(node.getValue()).toString());
    }
    fields.put("topologyManagerPolicy", settings.policy().text());
    fields.put("topologyManagerScope", settings.wholePod() ? "pod" : "container");
    ObjectNode options = fields.putObject("topologyManagerPolicyOptions");
    options.put("max-allowable-numa-nodes", Integer.toString(settings.nodesMax()));
    options.put("prefer-closest-numa-nodes", Boolean.toString(settings.closest()));
  }

  /** The last step is that of critical pods. */
  private static void shutdown(ObjectNode fields, NodeSettings settings) {
    Duration all =
        settings.shutdown().stream().map(ShutdownStep::grace).reduce(Duration.ZERO, Duration::plus);
    fields.put("shutdownGracePeriod", text(all));
    fields.put(
        "shutdownGracePeriodCriticalPods",
        text(
            settings.shutdown().isEmpty() ? Duration.ZERO : settings.shutdown().getLast().grace()));
  }

  private static String text(Amount amount) {
    return amount.percent() > 0
        ? BigDecimal.valueOf(amount.percent()).stripTrailingZeros().toPlainString() + "%"
        : Quantity.ofBytes(amount.absolute()).toString();
  }

  /** As Go writes a duration of whole seconds. */
  private static String text(Duration duration) {
    long hours = duration.toHours();
    String seconds = duration.toSecondsPart() + "s";
    String minutes = duration.toMinutesPart() + "m" + seconds;
    return hours > 0 ? hours + "h" + minutes : duration.toMinutes() > 0 ? minutes : seconds;
  }
}

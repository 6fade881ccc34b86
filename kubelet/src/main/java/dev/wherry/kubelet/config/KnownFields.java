package dev.wherry.kubelet.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every field of upstream's KubeletConfiguration of v1.36 and what becomes of it here: honoured,
 * held to the one value that this agent has, or without effect, which is said. Pure.
 */
final class KnownFields {
  /** Read by {@link KubeletFile}, beside those of {@link PlacementFields}. */
  private static final Set<String> HONOURED =
      Set.of(
          "apiVersion",
          "kind",
          "allowedUnsafeSysctls",
          "cgroupDriver",
          "clusterDNS",
          "clusterDomain",
          "containerLogMaxFiles",
          "containerLogMaxSize",
          "enforceNodeAllocatable",
          "evictionHard",
          "evictionMaxPodGracePeriod",
          "evictionMinimumReclaim",
          "evictionPressureTransitionPeriod",
          "evictionSoft",
          "evictionSoftGracePeriod",
          "imageGCHighThresholdPercent",
          "imageGCLowThresholdPercent",
          "kubeReserved",
          "maxPods",
          "memorySwap",
          "mergeDefaultEvictionSettings",
          "podLogsDir",
          "podPidsLimit",
          "podsPerCore",
          "port",
          "registerWithTaints",
          "resolvConf",
          "seccompDefault",
          "shutdownGracePeriod",
          "shutdownGracePeriodCriticalPods",
          "singleProcessOOMKill",
          "staticPodPath",
          "systemReserved",
          "userNamespaces");

  /**
   * What this agent does in one way only, by the value that means this way. A dot leads into an
   * object.
   */
  private static final Map<String, List<String>> FIXED = fixed();

  /** Nothing here depends on them; a value other than upstream's default is warned of. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "address",
          "cgroupRoot",
          "containerLogMaxWorkers",
          "containerLogMonitorInterval",
          "containerRuntimeEndpoint",
          "contentType",
          "cpuManagerReconcilePeriod",
          "crashLoopBackOff",
          "defaultPodSysctls",
          "enableContentionProfiling",
          "enableControllerAttachDetach",
          "enableDebugFlagsHandler",
          "enableProfilingHandler",
          "enableSystemLogHandler",
          "enableSystemLogQuery",
          "eventBurst",
          "eventRecordQPS",
          "failCgroupV1",
          "featureGates",
          "fileCheckFrequency",
          "hairpinMode",
          "healthzBindAddress",
          "healthzPort",
          "httpCheckFrequency",
          "imageMaximumGCAge",
          "imageMinimumGCAge",
          "imagePullCredentialsVerificationPolicy",
          "imageServiceEndpoint",
          "iptablesDropBit",
          "iptablesMasqueradeBit",
          "kernelMemcgNotification",
          "kubeAPIBurst",
          "kubeAPIQPS",
          "kubeReservedCgroup",
          "kubeletCgroups",
          "logging",
          "makeIPTablesUtilChains",
          "maxOpenFiles",
          "maxParallelImagePulls",
          "memoryReservationPolicy",
          "memoryThrottlingFactor",
          "nodeLeaseDurationSeconds",
          "nodeStatusMaxImages",
          "nodeStatusReportFrequency",
          "nodeStatusUpdateFrequency",
          "oomScoreAdj",
          "podCIDR",
          "podHousekeepingPeriod",
          "preloadedImagesVerificationAllowlist",
          "protectKernelDefaults",
          "qosReserved",
          "registryBurst",
          "registryPullQPS",
          "runtimeRequestTimeout",
          "serializeImagePulls",
          "showHiddenMetricsForVersion",
          "shutdownGracePeriodByPodPriority",
          "streamingConnectionIdleTimeout",
          "syncFrequency",
          "systemCgroups",
          "systemReservedCgroup",
          "tlsCipherSuites",
          "tlsCurvePreferences",
          "tlsMinVersion",
          "tracing",
          "volumePluginDir",
          "volumeStatsAggPeriod");

  private KnownFields() {}

  private static Map<String, List<String>> fixed() {
    Map<String, List<String>> fixed = new TreeMap<>();
    fixed.put("authentication.anonymous.enabled", List.of("false"));
    fixed.put("authentication.webhook.enabled", List.of("true"));
    fixed.put("authorization.mode", List.of("\"Webhook\""));
    fixed.put("cgroupsPerQOS", List.of("true"));
    fixed.put("configMapAndSecretChangeDetectionStrategy", List.of("\"Watch\""));
    fixed.put("cpuCFSQuota", List.of("true"));
    fixed.put("cpuCFSQuotaPeriod", List.of("\"100ms\""));
    fixed.put("enableDebuggingHandlers", List.of("true"));
    fixed.put("enableServer", List.of("true"));
    fixed.put("failSwapOn", List.of("false"));
    fixed.put("localStorageCapacityIsolation", List.of("true"));
    fixed.put("providerID", List.of("\"\""));
    fixed.put("readOnlyPort", List.of("0"));
    fixed.put("registerNode", List.of("true"));
    fixed.put("rotateCertificates", List.of("true"));
    fixed.put("runOnce", List.of("false"));
    fixed.put("serverTLSBootstrap", List.of("true"));
    fixed.put("staticPodURL", List.of("\"\""));
    fixed.put("staticPodURLHeader", List.of("{}"));
    fixed.put("tlsCertFile", List.of("\"\""));
    fixed.put("tlsPrivateKeyFile", List.of("\"\""));
    return fixed;
  }

  /** Adds what is unknown or cannot be done to the problems; gives what has no effect. */
  static List<String> check(JsonNode tree, List<String> problems) {
    List<String> warnings = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      String name = field.getKey();
      if (HONOURED.contains(name)
          || PlacementFields.NAMES.contains(name)
          || field.getValue().isNull()) {
        continue;
      }
      if (WITHOUT_EFFECT.contains(name)) {
        warnings.add(name + " has no effect on this agent");
      } else if (FIXED.containsKey(name)) {
        held(name, field.getValue(), problems);
      } else if (leads(name) && field.getValue().isObject()) {
        inside(name, field.getValue(), problems, warnings);
      } else {
        problems.add("unknown field \"" + name + "\"");
      }
    }
    return warnings;
  }

  /** The fields of one value with it. */
  static ObjectNode fixedTree() {
    ObjectNode tree = Json.object();
    FIXED.forEach((path, values) -> {
      int last = path.lastIndexOf('.');
      ObjectNode place =
          last < 0 ? tree : tree.withObject("/" + path.substring(0, last).replace('.', '/'));
      place.set(
          path.substring(last + 1), Json.parse(values.getFirst().getBytes(StandardCharsets.UTF_8)));
    });
    return tree;
  }

  private static boolean leads(String name) {
    return name.equals("authentication") || name.equals("authorization");
  }

  /** Of authentication and authorization, what is not held has to do with caches and files. */
  private static void inside(
      String path, JsonNode object, List<String> problems, List<String> warnings) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = path + "." + field.getKey();
      if (FIXED.containsKey(name)) {
        held(name, field.getValue(), problems);
      } else if (field.getValue().isObject()) {
        inside(name, field.getValue(), problems, warnings);
      } else if (Set.of("x509.clientCAFile", "webhook.cacheTTL").stream().anyMatch(name::endsWith)
          || name.startsWith("authorization.webhook.cache")) {
        warnings.add(name + " has no effect on this agent");
      } else {
        problems.add("unknown field \"" + name + "\"");
      }
    }
  }

  private static void held(String name, JsonNode value, List<String> problems) {
    List<String> allowed = FIXED.getOrDefault(name, List.of());
    String text = new String(Json.write(value), StandardCharsets.UTF_8);
    if (!allowed.contains(text)) {
      problems.add(name + ": " + text + " is not supported, only " + String.join(" or ", allowed));
    }
  }
}

package dev.wherry.kubelet.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.kubelet.placement.CpuSet;
import dev.wherry.kubelet.placement.CpuSettings;
import dev.wherry.kubelet.placement.MemorySettings;
import dev.wherry.kubelet.placement.NumaNodes;
import dev.wherry.kubelet.placement.PlacementSettings;
import dev.wherry.kubelet.placement.TopologyPolicy;
import dev.wherry.model.Quantity;
import dev.wherry.model.json.Json;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fields about CPUs and the topology; pure. */
record PlacementFields(Reader file) {
  static final List<String> NAMES =
      List.of(
          "cpuManagerPolicy",
          "cpuManagerPolicyOptions",
          "memoryManagerPolicy",
          "reservedMemory",
          "reservedSystemCPUs",
          "topologyManagerPolicy",
          "topologyManagerPolicyOptions",
          "topologyManagerScope");

  private static final String CPU_POLICY = "cpuManagerPolicy";
  private static final String CPU_OPTIONS = "cpuManagerPolicyOptions";
  private static final String FULL_CORES = "full-pcpus-only";
  private static final String STRICT = "strict-cpu-reservation";
  private static final String MEMORY_POLICY = "memoryManagerPolicy";
  private static final String RESERVED_MEMORY = "reservedMemory";
  private static final String MEMORY = "memory";
  private static final String TOPOLOGY_OPTIONS = "topologyManagerPolicyOptions";
  private static final String CLOSEST = "prefer-closest-numa-nodes";
  private static final String NODES_MAX = "max-allowable-numa-nodes";

  /**
   * @param reserved what the node keeps for itself
   */
  PlacementSettings read(Map<String, Quantity> reserved) {
    TopologyPolicy policy =
        file.text("topologyManagerPolicy")
            .flatMap(text -> known("topologyManagerPolicy", text))
            .orElse(TopologyPolicy.NONE);
    Map<String, String> options = options(TOPOLOGY_OPTIONS, Set.of(CLOSEST, NODES_MAX));
    String scope = file.text("topologyManagerScope").orElse("container");
    if (!Set.of("container", "pod").contains(scope)) {
      file.wrong("topologyManagerScope", "must be container or pod");
    }
    return new PlacementSettings(
        cpus(reserved),
        memory(),
        policy,
        scope.equals("pod"),
        flag(TOPOLOGY_OPTIONS, options, CLOSEST),
        nodesMax(options));
  }

  /** The CPUs that are listed take the place of the number that is reserved. */
  static Map<String, Quantity> reserved(Map<String, Quantity> amounts, PlacementSettings read) {
    int listed = read.cpus().reservedCpus().size();
    if (listed == 0) {
      return amounts;
    }
    Map<String, Quantity> with = new HashMap<>(amounts);
    with.put("cpu", Quantity.of(listed));
    return with;
  }

  private Optional<TopologyPolicy> known(String field, String text) {
    Optional<TopologyPolicy> policy = TopologyPolicy.of(text);
    if (policy.isEmpty()) {
      file.wrong(
          field,
          "\""
              + text
              + "\" is none of "
              + Arrays.stream(TopologyPolicy.values()).map(TopologyPolicy::text).toList());
    }
    return policy;
  }

  private CpuSettings cpus(Map<String, Quantity> reserved) {
    String policy = file.text(CPU_POLICY).orElse("none");
    boolean exclusive = policy.equals("static");
    if (!exclusive && !policy.equals("none")) {
      file.wrong(CPU_POLICY, "must be none or static");
    }
    Map<String, String> options = options(CPU_OPTIONS, Set.of(FULL_CORES, STRICT));
    if (!exclusive && !options.isEmpty()) {
      file.wrong(CPU_OPTIONS, "need cpuManagerPolicy static");
    }
    CpuSet listed = file.text("reservedSystemCPUs").map(this::list).orElse(CpuSet.EMPTY);
    int count =
        listed.isEmpty()
            ? (int) reserved.getOrDefault("cpu", Quantity.ZERO).value()
            : listed.size();
    if (exclusive && count == 0) {
      file.wrong(
          CPU_POLICY,
          "static needs systemReserved.cpu and kubeReserved.cpu together, or reservedSystemCPUs,"
              + " to be greater than zero");
    }
    return new CpuSettings(
        exclusive,
        count,
        listed,
        flag(CPU_OPTIONS, options, FULL_CORES),
        flag(CPU_OPTIONS, options, STRICT));
  }

  private MemorySettings memory() {
    String policy = file.text(MEMORY_POLICY).orElse("None");
    boolean exclusive = policy.equals("Static");
    if (!exclusive && !policy.equals("None")) {
      file.wrong(MEMORY_POLICY, "must be None or Static");
    }
    Map<Integer, Long> reserved = new HashMap<>();
    for (JsonNode one : file.raw(RESERVED_MEMORY).orElse(Json.array())) {
      int node = one.path("numaNode").asInt(-1);
      String text = one.path("limits").path(MEMORY).asText();
      if (node < 0
          || node >= NumaNodes.NODES_MAX
          || one.path("limits").size() != 1
          || reserved.containsKey(node)) {
        file.wrong(RESERVED_MEMORY, "every node stands once with a limit of memory alone");
      }
      file.quantity(RESERVED_MEMORY, text).ifPresent(bytes -> reserved.put(node, bytes.value()));
    }
    if (exclusive && reserved.isEmpty()) {
      file.wrong(MEMORY_POLICY, "Static needs reservedMemory");
    }
    return new MemorySettings(exclusive, reserved);
  }

  private CpuSet list(String text) {
    try {
      return CpuSet.parse(text);
    } catch (IllegalArgumentException e) {
      file.wrong("reservedSystemCPUs", String.valueOf(e.getMessage()));
      return CpuSet.EMPTY;
    }
  }

  private Map<String, String> options(String field, Set<String> known) {
    Map<String, String> options = file.map(field);
    for (String name : options.keySet()) {
      if (!known.contains(name)) {
        file.wrong(field, "option \"" + name + "\" is not supported");
      }
    }
    return options;
  }

  private boolean flag(String field, Map<String, String> options, String name) {
    String text = options.getOrDefault(name, "false");
    if (!Set.of("true", "false").contains(text)) {
      file.wrong(field + "[" + name + "]", "must be \"true\" or \"false\"");
    }
    return text.equals("true");
  }

  private int nodesMax(Map<String, String> options) {
    String text = options.getOrDefault(NODES_MAX, String.valueOf(PlacementSettings.NODES_MAX));
    if (!text.matches("[0-9]{1,3}")
        || Integer.parseInt(text) < PlacementSettings.NODES_MAX
        || Integer.parseInt(text) > NumaNodes.NODES_MAX) {
      file.wrong(
          TOPOLOGY_OPTIONS + "[" + NODES_MAX + "]",
          "must be from " + PlacementSettings.NODES_MAX + " to " + NumaNodes.NODES_MAX);
      return PlacementSettings.NODES_MAX;
    }
    return Integer.parseInt(text);
  }
}

package dev.wherry.kubelet.placement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Reads how the machine lies from {@code /sys/devices/system}. What is not there counts as one: one
 * node, one socket, a core per CPU.
 *
 * @param system that directory, or one like it
 */
public record TopologyReader(Path system) {
  private static final String MEMORY_TOTAL = "MemTotal:";
  private static final long BYTES_PER_KIB = 1024;
  private static final Path SYSTEM = Path.of("/sys/devices/system");

  /** Of this machine. */
  public static TopologyReader machine() {
    return new TopologyReader(SYSTEM);
  }

  public Topology read() throws IOException {
    CpuSet online = list("cpu/online").orElse(CpuSet.of(0));
    CpuSet nodes = list("node/online").orElse(CpuSet.of(0));
    Map<Integer, Integer> nodeOf = new TreeMap<>();
    Map<Integer, List<Integer>> distances = new TreeMap<>();
    for (int node : nodes.ids()) {
      for (int cpu : list("node/node" + node + "/cpulist").orElse(CpuSet.EMPTY).ids()) {
        nodeOf.put(cpu, node);
      }
      text("node/node" + node + "/distance")
          .map(line -> Arrays.stream(line.split(" +")).map(Integer::valueOf).toList())
          .ifPresent(line -> distances.put(node, line));
    }
    TreeMap<Integer, Topology.Cpu> cpus = new TreeMap<>();
    for (int id : online.ids()) {
      String folder = "cpu/cpu" + id + "/topology/";
      int core = list(folder + "thread_siblings_list").map(set -> set.ids().first()).orElse(id);
      int socket = number(folder + "physical_package_id").orElse(0);
      cpus.put(id, new Topology.Cpu(id, core, Math.max(0, socket), nodeOf.getOrDefault(id, 0)));
    }
    return new Topology(cpus, NumaNodes.of(nodes.ids()), distances);
  }

  /** The memory of each node, in bytes. */
  public Map<Integer, Long> memory() throws IOException {
    Map<Integer, Long> memory = new TreeMap<>();
    for (int node : list("node/online").orElse(CpuSet.EMPTY).ids()) {
      for (String line : text("node/node" + node + "/meminfo").orElse("").lines().toList()) {
        int at = line.indexOf(MEMORY_TOTAL);
        if (at >= 0) {
          String kib = line.substring(at + MEMORY_TOTAL.length()).replaceAll("[^0-9]", "");
          memory.put(node, Long.parseLong(kib) * BYTES_PER_KIB);
        }
      }
    }
    return memory;
  }

  private Optional<CpuSet> list(String file) throws IOException {
    return text(file).filter(text -> !text.isEmpty()).map(CpuSet::parse);
  }

  private OptionalInt number(String file) throws IOException {
    return text(file).map(Integer::parseInt).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private Optional<String> text(String file) throws IOException {
    Path path = system.resolve(file);
    return Files.isReadable(path) ? Optional.of(Files.readString(path).strip()) : Optional.empty();
  }
}

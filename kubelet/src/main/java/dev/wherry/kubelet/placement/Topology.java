package dev.wherry.kubelet.placement;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * How the machine's CPUs lie.
 *
 * @param cpus by number
 * @param nodes all memory nodes, also those without CPUs
 * @param distances from a node to each, by number, as the firmware says; a node is 10 from itself
 */
public record Topology(
    SortedMap<Integer, Cpu> cpus, NumaNodes nodes, Map<Integer, List<Integer>> distances) {
  /**
   * One CPU.
   *
   * @param core its core, by the lowest number of that core's CPUs
   * @param socket its package
   * @param node its memory node
   */
  public record Cpu(int id, int core, int socket, int node) {}

  public Topology {
    cpus = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(cpus));
    distances = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(distances));
  }

  public static Topology of(Collection<Cpu> cpus) {
    SortedMap<Integer, Cpu> byId = new TreeMap<>();
    cpus.forEach(cpu -> byId.put(cpu.id(), cpu));
    return new Topology(byId, NumaNodes.of(cpus.stream().map(Cpu::node).toList()), Map.of());
  }

  public CpuSet all() {
    return CpuSet.of(cpus.keySet());
  }

  /** CPUs of a core where each has as many. */
  public int cpusPerCore() {
    int cores = parts(all(), Cpu::core).size();
    return cores == 0 ? 0 : cpus.size() / cores;
  }

  /** Which cores, sockets or nodes these CPUs are of. */
  public SortedSet<Integer> parts(CpuSet of, Function<Cpu, Integer> part) {
    SortedSet<Integer> parts = new TreeSet<>();
    for (int id : of.ids()) {
      Cpu cpu = cpus.get(id);
      if (cpu != null) {
        parts.add(part.apply(cpu));
      }
    }
    return parts;
  }

  /** Those of these CPUs that are of one core, socket or node. */
  public CpuSet in(CpuSet of, Function<Cpu, Integer> part, int number) {
    return of.only(id -> {
      Cpu cpu = cpus.get(id);
      return cpu != null && part.apply(cpu) == number;
    });
  }

  /** All CPUs of the cores that these are of. */
  CpuSet wholeCores(CpuSet of) {
    SortedSet<Integer> cores = parts(of, Cpu::core);
    return all().only(id -> cores.contains(cpus.getOrDefault(id, NOWHERE).core()));
  }

  /** The CPUs of some memory nodes. */
  public CpuSet in(NumaNodes some) {
    return all().only(id -> some.has(cpus.getOrDefault(id, NOWHERE).node()));
  }

  private static final Cpu NOWHERE = new Cpu(-1, -1, -1, -1);

  /** How far these nodes are from each other on average; 0 where the machine does not say. */
  double distance(NumaNodes some) {
    long sum = 0;
    long count = 0;
    for (int from : some.list()) {
      List<Integer> line = distances.getOrDefault(from, List.of());
      for (int to : some.list()) {
        sum += to < line.size() ? line.get(to) : 0;
        count++;
      }
    }
    return count == 0 ? 0 : (double) sum / count;
  }
}

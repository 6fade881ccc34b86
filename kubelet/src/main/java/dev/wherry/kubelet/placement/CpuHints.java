package dev.wherry.kubelet.placement;

import java.util.ArrayList;
import java.util.List;

/**
 * From which memory nodes so many CPUs could come (rule: upstream's generateCPUTopologyHints).
 * Pure.
 */
final class CpuHints {
  private CpuHints() {}

  /**
   * @param reusable held by the pod already, and therefore to be among them
   */
  static List<NumaHint> of(Topology machine, CpuSet available, CpuSet reusable, int count) {
    NumaNodes withCpus = NumaNodes.of(machine.parts(machine.all(), Topology.Cpu::node));
    int least = withCpus.size();
    List<NumaNodes> possible = new ArrayList<>();
    for (NumaNodes nodes : withCpus.combinations()) {
      CpuSet there = machine.in(nodes);
      if (there.size() >= count && nodes.size() < least) {
        least = nodes.size();
      }
      if (there.covers(reusable) && there.and(available.plus(reusable)).size() >= count) {
        possible.add(nodes);
      }
    }
    int size = least;
    return possible.stream().map(nodes -> new NumaHint(nodes, nodes.size() == size)).toList();
  }
}

package dev.wherry.kubelet.placement;

import dev.wherry.kubelet.placement.Topology.Cpu;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Takes CPUs so that as few parts of the machine as can be are broken up: whole sockets and memory
 * nodes, then whole cores, then single CPUs, each from where least is free (rule: upstream's
 * takeByTopologyNUMAPacked). Pure; one use.
 */
final class CpuChoice {
  private final Topology machine;
  private CpuSet free;
  private CpuSet taken = CpuSet.EMPTY;
  private int needed;

  private CpuChoice(Topology machine, CpuSet free, int needed) {
    this.machine = machine;
    this.free = free.and(machine.all());
    this.needed = needed;
  }

  /** So many of the free CPUs; empty when there are not as many. */
  static Optional<CpuSet> take(Topology machine, CpuSet free, int count) {
    CpuChoice choice = new CpuChoice(machine, free, count);
    if (count > choice.free.size()) {
      return Optional.empty();
    }
    if (choice.nodesHoldSockets()) {
      choice.whole(choice.nodes(), Cpu::node);
      choice.whole(choice.sockets(), Cpu::socket);
    } else {
      choice.whole(choice.sockets(), Cpu::socket);
      choice.whole(choice.nodes(), Cpu::node);
    }
    choice.whole(choice.cores(), Cpu::core);
    for (int core : choice.cores()) {
      for (int id : choice.in(Cpu::core, core).ids()) {
        choice.takeWhole(CpuSet.of(id));
      }
    }
    return Optional.of(choice.taken);
  }

  /** Whether a node has one socket or more, and not a socket several nodes. */
  private boolean nodesHoldSockets() {
    CpuSet all = machine.all();
    return machine.parts(all, Cpu::socket).size() >= machine.parts(all, Cpu::node).size();
  }

  /** Takes all parts that are free as a whole and not more than is needed. */
  private void whole(Collection<Integer> parts, Function<Cpu, Integer> part) {
    for (int number : parts) {
      CpuSet whole = machine.in(machine.all(), part, number);
      if (free.covers(whole)) {
        takeWhole(whole);
      }
    }
  }

  private void takeWhole(CpuSet cpus) {
    if (needed > 0 && needed >= cpus.size()) {
      taken = taken.plus(cpus);
      free = free.minus(cpus);
      needed -= cpus.size();
    }
  }

  private CpuSet in(Function<Cpu, Integer> part, int number) {
    return machine.in(free, part, number);
  }

  private List<Integer> nodes() {
    return nodesHoldSockets() ? byFree(free, Cpu::node) : within(sockets(), Cpu::socket, Cpu::node);
  }

  private List<Integer> sockets() {
    return nodesHoldSockets() ? within(nodes(), Cpu::node, Cpu::socket) : byFree(free, Cpu::socket);
  }

  private List<Integer> cores() {
    return nodesHoldSockets()
        ? within(sockets(), Cpu::socket, Cpu::core)
        : within(nodes(), Cpu::node, Cpu::core);
  }

  /** The smaller parts in the order of the larger ones that they are in. */
  private List<Integer> within(
      List<Integer> outer, Function<Cpu, Integer> outerPart, Function<Cpu, Integer> part) {
    List<Integer> all = new ArrayList<>();
    outer.forEach(number -> all.addAll(byFree(in(outerPart, number), part)));
    return all;
  }

  /** Where least is free comes first, then by number. */
  private List<Integer> byFree(CpuSet among, Function<Cpu, Integer> part) {
    return machine.parts(among, part).stream()
        .sorted(
            Comparator.comparingInt((Integer number) -> in(part, number).size())
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }
}

package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Resources;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What pods of this cluster ask for, the most frequent requests first, and how much of everything
 * there is. Pods that run now stand for those that will come.
 *
 * @param resources names, in the order of the amounts below
 * @param capacity of all nodes together, for each resource
 * @param asks what a sort of pods asks for, for each resource
 * @param shares of the pods that ask for it, 0 to 1
 */
record PodMix(List<String> resources, double[] capacity, List<long[]> asks, double[] shares) {
  /** Sorts of pods that count; rarer ones are left out. */
  static final int SORTS_MAX = 64;

  /** Of the pods in the cluster and the one that is to be placed. */
  static PodMix of(ClusterSnapshot snapshot, PodView pod) {
    Map<Resources, int[]> counts = new LinkedHashMap<>();
    TreeSet<String> extended = new TreeSet<>();
    count(counts, pod);
    for (int i = 0; i < snapshot.size(); i++) {
      NodeView node = snapshot.at(i);
      extended.addAll(node.allocatable().extended().keySet());
      node.pods().forEach(other -> count(counts, other));
    }
    List<String> resources = new ArrayList<>(List.of("cpu", "memory"));
    resources.addAll(extended);
    double[] capacity = new double[resources.size()];
    for (int i = 0; i < snapshot.size(); i++) {
      for (int r = 0; r < capacity.length; r++) {
        capacity[r] += snapshot.at(i).allocatable().amount(resources.get(r));
      }
    }
    return most(resources, capacity, counts);
  }

  private static void count(Map<Resources, int[]> counts, PodView pod) {
    if (!pod.requests().isNone()) {
      counts.computeIfAbsent(pod.requests(), requests -> new int[1])[0]++;
    }
  }

  private static PodMix most(
      List<String> resources, double[] capacity, Map<Resources, int[]> counts) {
    List<Map.Entry<Resources, int[]>> sorted = new ArrayList<>(counts.entrySet());
    sorted.sort(Comparator.comparingInt((Map.Entry<Resources, int[]> e) -> -e.getValue()[0]));
    List<Map.Entry<Resources, int[]>> kept = sorted.subList(0, Math.min(SORTS_MAX, sorted.size()));
    List<long[]> asks = new ArrayList<>();
    double[] shares = new double[kept.size()];
    double all = 0;
    for (int i = 0; i < shares.length; i++) {
      long[] ask = amounts(kept.get(i).getKey(), resources);
      asks.add(ask);
      shares[i] = kept.get(i).getValue()[0] * dominantShare(ask, capacity);
      all += shares[i];
    }
    for (int i = 0; i < shares.length; i++) {
      shares[i] /= all;
    }
    return new PodMix(resources, capacity, asks, shares);
  }

  /** A pod that needs a whole machine weighs as much as the many that would fill it. */
  private static double dominantShare(long[] ask, double[] capacity) {
    double most = 0;
    for (int r = 0; r < ask.length; r++) {
      most = Math.max(most, capacity[r] == 0 ? 0 : ask[r] / capacity[r]);
    }
    return most;
  }

  /** Amounts by the place of the resource. */
  static long[] amounts(Resources of, List<String> resources) {
    long[] amounts = new long[resources.size()];
    for (int r = 0; r < amounts.length; r++) {
      amounts[r] = of.amount(resources.get(r));
    }
    return amounts;
  }

  /**
   * How much of what is free on a node a pod of the mix could not use, on average: all of it where
   * the pod does not fit, in shares of the cluster's capacity.
   */
  double unusable(long[] free) {
    double worth = 0;
    for (int r = 0; r < free.length; r++) {
      worth += capacity[r] == 0 ? 0 : free[r] / capacity[r];
    }
    double unusable = 0;
    for (int i = 0; i < shares.length; i++) {
      if (!fits(asks.get(i), free)) {
        unusable += shares[i] * worth;
      }
    }
    return unusable;
  }

  private static boolean fits(long[] ask, long[] free) {
    for (int r = 0; r < ask.length; r++) {
      if (ask[r] > free[r]) {
        return false;
      }
    }
    return true;
  }
}

package dev.wherry.kubelet.admission;

import dev.wherry.kubelet.eviction.CriticalPods;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.QosClass;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which pods must go for a critical one (rule: upstream's kubelet/preemption): those of lower
 * standing, best-effort ones before burstable before guaranteed, each time the one whose requests
 * come closest to what is still missing, of two alike the smaller. Pure.
 */
final class MakingRoom {
  private static final List<QosClass> DEAREST_FIRST =
      List.of(QosClass.GUARANTEED, QosClass.BURSTABLE, QosClass.BEST_EFFORT);

  private MakingRoom() {}

  /** A pod and what it holds. */
  record Holder(PodView pod, Demand demand) {}

  /**
   * Chooses.
   *
   * @param missing how much is wanted of each resource
   * @return empty where even all of them do not hold so much
   */
  static Optional<List<PodView>> choose(
      PodView critical, Collection<Holder> holders, Map<String, Long> missing) {
    List<Holder> lower = new ArrayList<>();
    holders.stream().filter(one -> gives(one.pod(), critical)).forEach(lower::add);
    if (!without(missing, lower).isEmpty()) {
      return Optional.empty();
    }
    List<Holder> chosen = new ArrayList<>();
    for (QosClass dearest : DEAREST_FIRST) {
      List<Holder> own = new ArrayList<>(of(lower, dearest));
      // What neither the cheaper ones, all of them, nor those chosen already hold.
      List<Holder> others = new ArrayList<>(chosen);
      lower.stream()
          .filter(one -> QosClass.of(one.pod()).compareTo(dearest) > 0)
          .forEach(others::add);
      Map<String, Long> left = without(missing, others);
      while (!left.isEmpty()) {
        Holder next = closest(own, left);
        own.remove(next);
        chosen.add(next);
        left = without(left, List.of(next));
      }
    }
    return Optional.of(chosen.reversed().stream().map(Holder::pod).toList());
  }

  private static boolean gives(PodView pod, PodView critical) {
    return !pod.uid().equals(critical.uid())
        && (!CriticalPods.is(pod) || CriticalPods.priority(critical) > CriticalPods.priority(pod));
  }

  private static List<Holder> of(List<Holder> all, QosClass quality) {
    return all.stream().filter(one -> QosClass.of(one.pod()) == quality).toList();
  }

  private static Map<String, Long> without(Map<String, Long> missing, List<Holder> gone) {
    Map<String, Long> left = new TreeMap<>();
    missing.forEach((resource, amount) -> {
      long rest = amount - gone.stream().mapToLong(one -> one.demand().amount(resource)).sum();
      if (rest > 0) {
        left.put(resource, rest);
      }
    });
    return left;
  }

  private static Holder closest(List<Holder> from, Map<String, Long> missing) {
    Holder best = from.getFirst();
    for (Holder one : from) {
      int farther = Double.compare(distance(one, missing), distance(best, missing));
      if (farther < 0 || (farther == 0 && smaller(one.demand(), best.demand()))) {
        best = one;
      }
    }
    return best;
  }

  private static double distance(Holder one, Map<String, Long> missing) {
    double sum = 0;
    for (Map.Entry<String, Long> want : missing.entrySet()) {
      double rest = want.getValue() - one.demand().amount(want.getKey());
      sum += rest > 0 ? Math.pow(rest / want.getValue(), 2) : 0;
    }
    return sum;
  }

  private static boolean smaller(Demand one, Demand other) {
    int memory = Long.compare(one.amount("memory"), other.amount("memory"));
    return memory < 0 || (memory == 0 && one.amount(Demand.CPU) < other.amount(Demand.CPU));
  }
}

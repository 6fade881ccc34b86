package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.Verdict;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Upstream's sentence for a pod that fits nowhere (framework FitError). */
public final class FitMessage {
  private FitMessage() {}

  /** For a pod that no node can take, whichever it is. */
  public static String none(int nodes, String reason) {
    return nodes == 0
        ? "no nodes available to schedule pods"
        : "0/" + nodes + " nodes are available: " + reason + ".";
  }

  /**
   * Counts the reasons.
   *
   * @param nodes how many there are
   * @param rejections one for each node
   */
  public static String of(int nodes, Collection<Verdict.Rejected> rejections) {
    IdentityHashMap<Verdict.Rejected, Integer> counted = new IdentityHashMap<>();
    for (Verdict.Rejected rejected : rejections) {
      counted.merge(rejected, 1, Integer::sum);
    }
    return of(nodes, counted);
  }

  /**
   * Says the reasons.
   *
   * @param nodes how many there are
   * @param rejections for how many nodes each is
   */
  public static String of(int nodes, Map<Verdict.Rejected, Integer> rejections) {
    if (nodes == 0) {
      return "no nodes available to schedule pods";
    }
    Map<String, Integer> counts = new TreeMap<>();
    rejections.forEach((reasons, count) -> {
      for (String reason : reasons.reason().split(", ", -1)) {
        counts.merge(reason, count, Integer::sum);
      }
    });
    Set<String> parts = new TreeSet<>();
    counts.forEach((reason, count) -> parts.add(count + " " + reason));
    return "0/" + nodes + " nodes are available: " + String.join(", ", parts) + ".";
  }
}

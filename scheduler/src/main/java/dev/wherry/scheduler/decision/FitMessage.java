package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.Verdict;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Upstream's sentence for a pod that fits nowhere (framework FitError). */
final class FitMessage {
  private FitMessage() {}

  static String of(int nodes, Collection<Verdict.Rejected> rejections) {
    if (nodes == 0) {
      return "no nodes available to schedule pods";
    }
    Map<String, Integer> counts = new TreeMap<>();
    for (Verdict.Rejected rejected : rejections) {
      for (String reason : rejected.reason().split(", ", -1)) {
        counts.merge(reason, 1, Integer::sum);
      }
    }
    Set<String> parts = new TreeSet<>();
    counts.forEach((reason, count) -> parts.add(count + " " + reason));
    return "0/" + nodes + " nodes are available: " + String.join(", ", parts) + ".";
  }
}

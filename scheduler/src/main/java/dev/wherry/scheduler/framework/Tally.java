package dev.wherry.scheduler.framework;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How many nodes were rejected for what, and by whom. */
public final class Tally {
  private record Kind(Verdict.Rejected why, String plugin) {}

  private final Map<Kind, int[]> counts = new HashMap<>();

  /** Nodes of one cluster are mostly refused alike: the last kind is found without a look. */
  private @Nullable Kind last;

  private int[] lastCount = new int[1];
  private int evictable;

  Tally() {}

  @SuppressWarnings("ReferenceEquality") // Equal ones that are not the same are looked up.
  void add(Rejection rejection, int times) {
    Kind kind = last;
    if (kind == null || kind.why != rejection.why() || kind.plugin != rejection.plugin()) {
      kind = new Kind(rejection.why(), rejection.plugin());
      last = kind;
      lastCount = counts.computeIfAbsent(kind, k -> new int[1]);
    }
    lastCount[0] += times;
    evictable += rejection.why().evictionMayHelp() ? times : 0;
  }

  /** Nodes where removing pods might help. */
  public int evictable() {
    return evictable;
  }

  /** Names of those who rejected. */
  public Set<String> plugins() {
    Set<String> plugins = new TreeSet<>();
    counts.forEach((kind, count) -> {
      if (count[0] > 0) {
        plugins.add(kind.plugin);
      }
    });
    return plugins;
  }

  /** Nodes for each rejection. */
  public Map<Verdict.Rejected, Integer> reasons() {
    Map<Verdict.Rejected, Integer> reasons = new HashMap<>();
    counts.forEach((kind, count) -> {
      if (count[0] > 0) {
        reasons.merge(kind.why, count[0], Integer::sum);
      }
    });
    return reasons;
  }
}

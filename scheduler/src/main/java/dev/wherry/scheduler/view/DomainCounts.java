package dev.wherry.scheduler.view;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Pods by the value of one label of their nodes. Kept up to date by {@link TopologyCounts}. */
public final class DomainCounts {
  private final Map<String, Domain> domains = new HashMap<>();

  /** How many domains that have nodes hold so many pods. */
  private final TreeMap<Integer, Integer> domainsByPods = new TreeMap<>();

  private int total;
  private int withNodes;

  private static final class Domain {
    private int pods;
    private int nodes;
  }

  /** Pods in one domain; 0 for an unknown one and for none. */
  public int pods(@Nullable String domain) {
    Domain known = domains.get(domain);
    return known == null ? 0 : known.pods;
  }

  /** Pods in all domains. */
  public int total() {
    return total;
  }

  /** Domains that have a node. */
  public int domains() {
    return withNodes;
  }

  /**
   * The pods in the emptiest domain; 0 where there is no domain.
   *
   * @param changed the domain to think of as holding {@code by} pods more
   */
  public int fewest(@Nullable String changed, int by) {
    if (domainsByPods.isEmpty()) {
      return 0;
    }
    Domain known = domains.get(changed);
    if (by == 0 || known == null || known.nodes == 0) {
      return domainsByPods.firstKey();
    }
    int fewest = known.pods + by;
    for (Map.Entry<Integer, Integer> entry : domainsByPods.entrySet()) {
      int others = entry.getValue() - (entry.getKey() == known.pods ? 1 : 0);
      if (others > 0) {
        return Math.min(fewest, entry.getKey());
      }
    }
    return fewest;
  }

  void add(String domain, int pods, int nodes) {
    Domain known = domains.computeIfAbsent(domain, d -> new Domain());
    uncount(known);
    known.pods += pods;
    known.nodes += nodes;
    total += pods;
    if (known.nodes > 0) {
      withNodes++;
      domainsByPods.merge(known.pods, 1, Integer::sum);
    } else if (known.pods == 0) {
      domains.remove(domain);
    }
  }

  private void uncount(Domain known) {
    if (known.nodes > 0) {
      withNodes--;
      domainsByPods.computeIfPresent(known.pods, (pods, count) -> count == 1 ? null : count - 1);
    }
  }
}

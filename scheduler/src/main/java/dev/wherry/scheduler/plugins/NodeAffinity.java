package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeTerms;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** nodeSelector, required and preferred node affinity. */
public final class NodeAffinity implements FilterPlugin, ScorePlugin {
  private static final String REASON = "node(s) didn't match Pod's node affinity/selector";
  private static final Verdict MISMATCH = new Verdict.Rejected(REASON, false);

  private final NodeTerms added;

  /**
   * @param added the profile's {@code addedAffinity}, which holds for every pod beside its own
   */
  public NodeAffinity(NodeTerms added) {
    this.added = added;
  }

  @Override
  public String name() {
    return "NodeAffinity";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(ClusterEvent.NODE_ADDED, ClusterEvent.NODE_LABELS, ClusterEvent.POD_CHANGED);
  }

  @Override
  public FilterPlugin.Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    NodeTerms terms = pod.nodeTerms();
    if (terms.isAny() && added.isAny()) {
      return Prepared.SKIP;
    }
    NodeFilter filter = node -> terms.allow(node) && added.allow(node) ? Verdict.FITS : MISMATCH;
    Set<String> names = namedNodes(terms);
    return names.isEmpty() ? new Prepared.Check(filter) : new Prepared.Only(names, REASON, filter);
  }

  /** Nodes that every term names by {@code metadata.name}, as DaemonSet pods do; else empty. */
  private static Set<String> namedNodes(NodeTerms terms) {
    Set<String> names = new HashSet<>();
    for (NodeTerms.Term term : terms.required()) {
      Optional<NodeTerms.Requirement> byName =
          term.fields().stream()
              .filter(r -> r.key().equals("metadata.name") && r.operator().equals("In"))
              .findFirst();
      if (byName.isEmpty()) {
        return Set.of();
      }
      names.addAll(byName.get().values());
    }
    return names;
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    List<NodeTerms.Weighted> own = pod.nodeTerms().preferred();
    if (own.isEmpty() && added.preferred().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Preferences(own, added.preferred()));
  }

  private record Preferences(List<NodeTerms.Weighted> own, List<NodeTerms.Weighted> profile)
      implements NodeScorer {
    @Override
    public long score(NodeView node) {
      return sum(own, node) + sum(profile, node);
    }

    private static long sum(List<NodeTerms.Weighted> preferred, NodeView node) {
      long sum = 0;
      for (NodeTerms.Weighted weighted : preferred) {
        if (weighted.term().matches(node)) {
          sum += weighted.weight();
        }
      }
      return sum;
    }

    @Override
    public void normalize(long[] scores) {
      ScorePlugin.scaleToMax(scores, false);
    }
  }
}

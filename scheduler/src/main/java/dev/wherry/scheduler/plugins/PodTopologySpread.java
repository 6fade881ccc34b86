package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DomainCounts;
import dev.wherry.scheduler.view.NodeScope;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.SpreadConstraint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Even spreading over domains (upstream's plugin of this name; KEP-895, 3022, 3094, 3243): {@code
 * DoNotSchedule} filters, {@code ScheduleAnyway} ranks.
 */
public final class PodTopologySpread implements FilterPlugin, ScorePlugin {
  private static final String HOSTNAME = "kubernetes.io/hostname";

  private final SpreadDefaults defaults;

  /**
   * @param defaults for pods without constraints of their own
   */
  public PodTopologySpread(SpreadDefaults defaults) {
    this.defaults = defaults;
  }

  @Override
  public String name() {
    return "PodTopologySpread";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(
        ClusterEvent.NODE_ADDED,
        ClusterEvent.NODE_GONE,
        ClusterEvent.NODE_LABELS,
        ClusterEvent.NODE_TAINTS,
        ClusterEvent.ASSIGNED_POD_ADDED,
        ClusterEvent.ASSIGNED_POD_GONE,
        ClusterEvent.ASSIGNED_POD_LABELS,
        ClusterEvent.ASSIGNED_POD_DELETING,
        ClusterEvent.POD_CHANGED);
  }

  @Override
  public boolean mayHelp(PodView waiting, PodEvent event) {
    PodView about = event.about();
    if (event.what() == ClusterEvent.ASSIGNED_POD_LABELS) {
      return true;
    }
    return waiting.key().namespace().equals(about.key().namespace())
        && constraints(waiting, true).stream()
            .anyMatch(constraint -> constraint.selector().matches(about.labels()));
  }

  @Override
  public FilterPlugin.Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    List<SpreadConstraint> constraints = constraints(pod, true);
    if (constraints.isEmpty()) {
      return Prepared.SKIP;
    }
    List<String> keys = constraints.stream().map(SpreadConstraint::topologyKey).toList();
    List<SpreadRules.Rule> rules = new ArrayList<>();
    for (SpreadConstraint constraint : constraints) {
      NodeScope scope = NodeScope.of(pod, constraint, keys);
      DomainCounts counts = snapshot.counts().spread(pod.key().namespace(), constraint, scope);
      rules.add(SpreadRules.Rule.of(pod, constraint, scope, counts));
    }
    return new Prepared.Check(new SpreadRules(pod.key().namespace(), rules));
  }

  private List<SpreadConstraint> constraints(PodView pod, boolean required) {
    List<SpreadConstraint> all = pod.spread().isEmpty() ? defaults.of(pod) : pod.spread();
    return all.isEmpty()
        ? all
        : all.stream().filter(constraint -> constraint.required() == required).toList();
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    List<SpreadConstraint> constraints = constraints(pod, false);
    if (constraints.isEmpty()) {
      return Optional.empty();
    }
    boolean needsAll = !pod.spread().isEmpty() || !defaults.system();
    List<String> keys =
        needsAll ? constraints.stream().map(SpreadConstraint::topologyKey).toList() : List.of();
    List<Share> shares = new ArrayList<>();
    for (SpreadConstraint constraint : constraints) {
      NodeScope scope = NodeScope.of(pod, constraint, keys);
      shares.add(
          new Share(
              constraint.topologyKey(),
              constraint.skewMax(),
              Math.log(domains(feasible, constraint.topologyKey(), keys) + 2.0),
              snapshot.counts().spread(pod.key().namespace(), constraint, scope)));
    }
    return Optional.of(new Evenness(keys, shares));
  }

  /** Domains among nodes that can be ranked; of host names, these nodes themselves. */
  private static int domains(List<NodeView> feasible, String topologyKey, List<String> keys) {
    Set<String> values = new HashSet<>();
    int nodes = 0;
    for (NodeView node : feasible) {
      if (hasAll(node, keys)) {
        nodes++;
        values.add(node.labels().getOrDefault(topologyKey, ""));
      }
    }
    return topologyKey.equals(HOSTNAME) ? nodes : values.size();
  }

  private static boolean hasAll(NodeView node, List<String> keys) {
    for (int i = 0; i < keys.size(); i++) {
      if (!node.labels().containsKey(keys.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** What one constraint takes: pods of the domain, times the weight of the number of domains. */
  private record Share(String topologyKey, int skewMax, double weight, DomainCounts counts) {}

  private record Evenness(List<String> keys, List<Share> shares) implements NodeScorer {
    private static final long UNRANKED = -1;

    @Override
    public long score(NodeView node) {
      if (!hasAll(node, keys)) {
        return UNRANKED;
      }
      double sum = 0;
      for (int i = 0; i < shares.size(); i++) {
        Share share = shares.get(i);
        String domain = node.labels().get(share.topologyKey);
        if (domain != null) {
          sum += share.counts.pods(domain) * share.weight + (share.skewMax - 1);
        }
      }
      return Math.round(sum);
    }

    @Override
    public void normalize(long[] scores) {
      long max = 0;
      long min = Long.MAX_VALUE;
      for (long score : scores) {
        if (score != UNRANKED) {
          max = Math.max(max, score);
          min = Math.min(min, score);
        }
      }
      for (int i = 0; i < scores.length; i++) {
        if (scores[i] == UNRANKED) {
          scores[i] = 0;
        } else {
          scores[i] = max == 0 ? SCORE_MAX : SCORE_MAX * (max + min - scores[i]) / max;
        }
      }
    }
  }
}

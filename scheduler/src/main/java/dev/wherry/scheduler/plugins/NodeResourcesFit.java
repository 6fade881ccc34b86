package dev.wherry.scheduler.plugins;

import static java.util.Objects.requireNonNull;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Requests against what is left, and the number of pods; ranked by the configured strategy. Reasons
 * are joined by {@code ", "} when several resources are short at once, as upstream lists them.
 */
public final class NodeResourcesFit implements FilterPlugin, ScorePlugin {
  private final ScoringStrategy strategy;
  private final Set<String> ignored;

  /**
   * @param ignored extended resources that are not checked
   */
  public NodeResourcesFit(ScoringStrategy strategy, Set<String> ignored) {
    this.strategy = requireNonNull(strategy, "strategy");
    this.ignored = Set.copyOf(ignored);
  }

  @Override
  public String name() {
    return "NodeResourcesFit";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(
        ClusterEvent.NODE_ADDED,
        ClusterEvent.NODE_ALLOCATABLE,
        ClusterEvent.ASSIGNED_POD_GONE,
        ClusterEvent.ASSIGNED_POD_SHRUNK,
        ClusterEvent.POD_CHANGED);
  }

  @Override
  public FilterPlugin.Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    Resources wanted = pod.requests();
    return new Prepared.Check(node -> fits(wanted, node) ? Verdict.FITS : shortOf(wanted, node));
  }

  private boolean fits(Resources wanted, NodeView node) {
    if (node.pods().size() + 1 > node.allowedPods()) {
      return false;
    }
    Resources has = node.allocatable();
    Resources used = node.requested();
    return within(wanted.milliCpu(), used.milliCpu(), has.milliCpu())
        && within(wanted.memoryBytes(), used.memoryBytes(), has.memoryBytes())
        && within(
            wanted.ephemeralStorageBytes(),
            used.ephemeralStorageBytes(),
            has.ephemeralStorageBytes())
        && (wanted.extended().isEmpty() || shortExtended(wanted, node).isEmpty());
  }

  private static boolean within(long wanted, long used, long has) {
    return wanted == 0 || wanted <= has - used;
  }

  private List<String> shortExtended(Resources wanted, NodeView node) {
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, Long> e : wanted.extended().entrySet()) {
      long used = node.requested().amount(e.getKey());
      long has = node.allocatable().amount(e.getKey());
      if (!ignored.contains(e.getKey()) && !within(e.getValue(), used, has)) {
        missing.add(e.getKey());
      }
    }
    return missing;
  }

  private Verdict shortOf(Resources wanted, NodeView node) {
    Resources has = node.allocatable();
    Resources used = node.requested();
    List<String> reasons = new ArrayList<>();
    boolean evictionMayHelp = true;
    if (node.pods().size() + 1 > node.allowedPods()) {
      reasons.add("Too many pods");
    }
    List<String> missing = new ArrayList<>();
    for (String resource : List.of("cpu", "memory", "ephemeral-storage")) {
      if (!within(wanted.amount(resource), used.amount(resource), has.amount(resource))) {
        missing.add(resource);
      }
    }
    missing.addAll(shortExtended(wanted, node));
    for (String resource : missing) {
      reasons.add("Insufficient " + resource);
      evictionMayHelp &= wanted.amount(resource) <= has.amount(resource);
    }
    return new Verdict.Rejected(String.join(", ", reasons), evictionMayHelp);
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    return Optional.of(node -> strategy.score(pod, node));
  }
}

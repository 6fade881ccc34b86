package dev.wherry.scheduler.plugins;

import static java.util.Objects.requireNonNull;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.PodEvent;
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
  private static final String INSUFFICIENT = "Insufficient ";
  private static final List<String> BASIC = List.of("cpu", "memory", "ephemeral-storage");

  /** Sets of what is short: pods and the basic resources, a bit each. */
  private static final int MISSING_SETS = 1 << (1 + BASIC.size());

  private static final List<Verdict> REJECTIONS = rejections();

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

  /** Room on one node helps those that it is enough for, perhaps after another preemption. */
  @Override
  public boolean mayHelp(PodView waiting, PodEvent event) {
    if (event.node().isEmpty()) {
      return true;
    }
    NodeView node = withNominated(event.node().get(), event.nominated(), waiting);
    if (fits(waiting.requests(), node)) {
      return true;
    }
    PodView.Standing standing = waiting.standing();
    return standing.mayPreempt()
        && standing.nominatedNode().isEmpty()
        && fits(waiting.requests(), withoutLesser(node, waiting));
  }

  /** Room that was made for others is theirs. */
  private static NodeView withNominated(NodeView node, List<PodView> nominated, PodView pod) {
    NodeView full = node;
    for (PodView other : nominated) {
      if (other.priority() >= pod.priority() && !other.key().equals(pod.key())) {
        full = full.with(other);
      }
    }
    return full;
  }

  private static NodeView withoutLesser(NodeView node, PodView pod) {
    return node.keeping(
        node.pods().stream().filter(other -> other.priority() >= pod.priority()).toList());
  }

  @Override
  public FilterPlugin.Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    Resources wanted = pod.requests();
    return new Prepared.Check(node -> fits(wanted, node) ? Verdict.FITS : shortOf(wanted, node));
  }

  /** What to free, where the node is big enough at all; else what the pod could get at most. */
  @Override
  public String remedy(PodView pod, NodeView node) {
    List<String> parts = new ArrayList<>();
    List<String> all = new ArrayList<>(BASIC);
    all.addAll(pod.requests().extended().keySet());
    for (String resource : all) {
      long asked = pod.requests().amount(resource);
      long has = node.allocatable().amount(resource);
      long left = has - node.requested().amount(resource);
      if (!within(asked, has - left, has) && !ignored.contains(resource)) {
        parts.add(
            asked <= has
                ? "free %s %s here".formatted(Amounts.of(resource, asked - left), resource)
                : "ask for at most %s %s".formatted(Amounts.of(resource, has), resource));
      }
    }
    if (node.pods().size() + 1 > node.allowedPods()) {
      parts.add("end a pod here: %d is the most".formatted(node.allowedPods()));
    }
    return String.join(", ", parts);
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
    int missing = node.pods().size() + 1 > node.allowedPods() ? 1 : 0;
    boolean evictionMayHelp = true;
    for (int i = 0; i < BASIC.size(); i++) {
      String resource = BASIC.get(i);
      long asked = wanted.amount(resource);
      if (!within(asked, used.amount(resource), has.amount(resource))) {
        missing |= 2 << i;
        evictionMayHelp &= asked <= has.amount(resource);
      }
    }
    List<String> extended = wanted.extended().isEmpty() ? List.of() : shortExtended(wanted, node);
    if (extended.isEmpty()) {
      return REJECTIONS.get(evictionMayHelp ? missing : missing + MISSING_SETS);
    }
    List<String> reasons = reasons(missing);
    for (String resource : extended) {
      reasons.add(INSUFFICIENT + resource);
      evictionMayHelp &= wanted.amount(resource) <= has.amount(resource);
    }
    return new Verdict.Rejected(String.join(", ", reasons), evictionMayHelp);
  }

  private static List<String> reasons(int missing) {
    List<String> reasons = new ArrayList<>();
    if ((missing & 1) != 0) {
      reasons.add("Too many pods");
    }
    for (int i = 0; i < BASIC.size(); i++) {
      if ((missing & 2 << i) != 0) {
        reasons.add(INSUFFICIENT + BASIC.get(i));
      }
    }
    return reasons;
  }

  /** Where thousands of nodes are full, their verdicts are the same few objects. */
  private static List<Verdict> rejections() {
    List<Verdict> all = new ArrayList<>();
    for (boolean evictionMayHelp : new boolean[] {true, false}) {
      for (int missing = 0; missing < MISSING_SETS; missing++) {
        all.add(new Verdict.Rejected(String.join(", ", reasons(missing)), evictionMayHelp));
      }
    }
    return all;
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    return Optional.of(node -> strategy.score(pod, node));
  }
}

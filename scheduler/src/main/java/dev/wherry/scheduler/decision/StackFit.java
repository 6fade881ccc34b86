package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.PreEnqueuePlugin;
import dev.wherry.scheduler.framework.ReservePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeTerms;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Places pods that are not there yet one after the other, as a queue would, on a cluster of its
 * own. Nobody is preempted. One thread; the caller's.
 */
public final class StackFit {
  /** A daemon is for the nodes that these do not keep it from; elsewhere it is not missed. */
  private static final Set<String> OF_DAEMONS = Set.of("NodeAffinity", "TaintToleration");

  private final Map<String, Profile> profiles;
  private final Decider decider;
  private final Map<String, Integer> used = new LinkedHashMap<>();
  private ClusterSnapshot snapshot;

  /**
   * @param apart nobody else's
   * @param profiles by the scheduler's name
   */
  public StackFit(ClusterSnapshot apart, Map<String, Profile> profiles, long seed) {
    this.snapshot = apart;
    this.profiles = new LinkedHashMap<>();
    profiles.forEach((name, profile) -> this.profiles.put(name, profile.forTrial()));
    this.decider = new Decider(seed);
  }

  /**
   * Pods that are alike.
   *
   * @param name of what makes them
   * @param count how many; not looked at where there is one for each node
   */
  public record Part(String name, PodView pod, int count, boolean perNode) {}

  /**
   * What came of a part.
   *
   * @param nodes how many pods went to which node
   * @param message why the others stay out; "" where there are none
   */
  public record Outcome(
      String name, int wanted, int placed, Map<String, Integer> nodes, String message) {
    public Outcome {
      nodes = new LinkedHashMap<>(nodes);
    }
  }

  /** The more important parts first, as they would be; outcomes in the order of the parts. */
  public List<Outcome> place(List<Part> parts) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingInt((Integer i) -> parts.get(i).pod().priority()).reversed());
    Map<Integer, Outcome> outcomes = new LinkedHashMap<>();
    order.forEach(i -> outcomes.put(i, place(parts.get(i), i)));
    return outcomes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  /** How many of the new pods went to each node, in the order they were first used. */
  public Map<String, Integer> used() {
    return new LinkedHashMap<>(used);
  }

  /** The cluster with the new pods. */
  public ClusterSnapshot after() {
    return snapshot;
  }

  private Outcome place(Part part, int number) {
    Profile profile = profiles.get(part.pod().schedulerName());
    if (profile == null) {
      return refused(
          part,
          "scheduler \"%s\" is responsible for these pods".formatted(part.pod().schedulerName()));
    }
    for (PreEnqueuePlugin plugin : profile.preEnqueue()) {
      if (plugin.admit(part.pod(), snapshot)
          instanceof Verdict.Rejected(String reason, boolean _)) {
        return refused(part, plugin.name() + ": " + reason);
      }
    }
    return part.perNode() ? daemons(part, number, profile) : replicas(part, number, profile);
  }

  private static Outcome refused(Part part, String why) {
    return new Outcome(part.name(), part.perNode() ? 1 : part.count(), 0, Map.of(), why);
  }

  /** What one does not find room for the next of its kind does not either. */
  private Outcome replicas(Part part, int number, Profile profile) {
    Map<String, Integer> nodes = new LinkedHashMap<>();
    String message = "";
    int placed = 0;
    while (placed < part.count() && message.isEmpty()) {
      PodView pod = part.pod().twin(twin(part, number, placed), part.pod().nodeTerms());
      message = place(pod, profile, nodes);
      placed += message.isEmpty() ? 1 : 0;
    }
    return new Outcome(part.name(), part.count(), placed, nodes, message);
  }

  private Outcome daemons(Part part, int number, Profile profile) {
    Map<String, Integer> nodes = new LinkedHashMap<>();
    String message = "";
    int wanted = 0;
    int placed = 0;
    for (int i = 0; i < snapshot.size(); i++) {
      NodeView node = snapshot.at(i);
      PodView pod = part.pod().twin(twin(part, number, i), on(part.pod().nodeTerms(), node));
      if (!isFor(pod, node, profile)) {
        continue;
      }
      wanted++;
      String why = place(pod, profile, nodes);
      placed += why.isEmpty() ? 1 : 0;
      message = message.isEmpty() ? why : message;
    }
    return new Outcome(part.name(), wanted, placed, nodes, message);
  }

  private static String twin(Part part, int number, int index) {
    return part.pod().key().name() + "-" + number + "-" + index;
  }

  private boolean isFor(PodView pod, NodeView node, Profile profile) {
    for (FilterPlugin plugin : profile.filters()) {
      if (OF_DAEMONS.contains(plugin.name())
          && Explainer.judge(plugin.prepare(pod, snapshot), node) instanceof Verdict.Rejected) {
        return false;
      }
    }
    return true;
  }

  /** The pod's own terms, each narrowed to the node. */
  private static NodeTerms on(NodeTerms terms, NodeView node) {
    NodeTerms.Requirement here =
        new NodeTerms.Requirement("metadata.name", "In", List.of(node.name()));
    List<NodeTerms.Term> narrowed = new ArrayList<>();
    if (!terms.hasRequired()) {
      narrowed.add(new NodeTerms.Term(List.of(), List.of(here)));
    }
    for (NodeTerms.Term term : terms.required()) {
      List<NodeTerms.Requirement> fields = new ArrayList<>(term.fields());
      fields.add(here);
      narrowed.add(new NodeTerms.Term(term.labels(), fields));
    }
    return new NodeTerms(terms.selector(), true, narrowed, terms.preferred());
  }

  /** Returns why it stays out; "" when it found room. */
  private String place(PodView pod, Profile profile, Map<String, Integer> nodes) {
    return switch (decider.decide(pod, snapshot, profile)) {
      case Decision.Place place -> {
        NodeView node = snapshot.node(place.node()).orElseThrow();
        for (ReservePlugin plugin : profile.reserves()) {
          // What it takes stays taken: this cluster is thrown away.
          Optional<?> _ = plugin.reserve(pod, node, snapshot);
        }
        snapshot = snapshot.with(node.with(pod.on(place.node())));
        nodes.merge(place.node(), 1, Integer::sum);
        used.merge(place.node(), 1, Integer::sum);
        yield "";
      }
      case Decision.Nowhere nowhere -> nowhere.message();
      case Decision.Failed(String why) -> why;
    };
  }
}

package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.PluginException;
import dev.wherry.scheduler.framework.PreEnqueuePlugin;
import dev.wherry.scheduler.framework.ScorePlugin.NodeScorer;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks every plugin about every node, where a decision stops at the first that refuses and at
 * enough nodes that pass. Pure; on the loop's thread, since counts belong to it.
 */
public final class Explainer {
  private Explainer() {}

  /**
   * Explains a pod as if it were to be placed now.
   *
   * @param pod not bound, or as it was before it was
   * @param snapshot without the pod
   */
  public static Explanation explain(PodView pod, ClusterSnapshot snapshot, Profile profile) {
    try {
      return askAll(pod, snapshot, profile);
    } catch (PluginException e) {
      return new Explanation(String.valueOf(e.getMessage()), List.of());
    }
  }

  private static Explanation askAll(PodView pod, ClusterSnapshot snapshot, Profile profile) {
    for (PreEnqueuePlugin plugin : profile.preEnqueue()) {
      if (plugin.admit(pod, snapshot) instanceof Verdict.Rejected rejected) {
        return new Explanation(plugin.name() + ": " + rejected.reason(), List.of());
      }
    }
    Map<String, List<Explanation.Objection>> objections = objections(pod, snapshot, profile);
    Optional<String> failed = objectionsOfExtenders(pod, snapshot, profile, objections);
    if (failed.isPresent()) {
      return new Explanation(failed.get(), List.of());
    }
    List<NodeView> feasible = new ArrayList<>();
    List<Verdict.Rejected> rejections = new ArrayList<>();
    List<Explanation.OnNode> refused = new ArrayList<>();
    for (int i = 0; i < snapshot.size(); i++) {
      NodeView node = snapshot.at(i);
      List<Explanation.Objection> against = objections.getOrDefault(node.name(), List.of());
      if (against.isEmpty()) {
        feasible.add(node);
      } else {
        rejections.add(new Verdict.Rejected(against.getFirst().reason(), false));
        refused.add(new Explanation.OnNode(node.name(), against, List.of()));
      }
    }
    refused.sort(Comparator.comparing(Explanation.OnNode::node));
    List<Explanation.OnNode> all = new ArrayList<>(scored(pod, feasible, snapshot, profile));
    all.addAll(refused);
    String message =
        feasible.isEmpty()
            ? FitMessage.of(snapshot.size(), rejections)
            : "fits on %d of %d nodes".formatted(feasible.size(), snapshot.size());
    return new Explanation(message, all);
  }

  private static Map<String, List<Explanation.Objection>> objections(
      PodView pod, ClusterSnapshot snapshot, Profile profile) {
    Map<String, List<Explanation.Objection>> byNode = new HashMap<>();
    for (FilterPlugin plugin : profile.filters()) {
      FilterPlugin.Prepared prepared = plugin.prepare(pod, snapshot);
      for (int i = 0; i < snapshot.size(); i++) {
        NodeView node = snapshot.at(i);
        if (judge(prepared, node) instanceof Verdict.Rejected rejected) {
          byNode
              .computeIfAbsent(node.name(), name -> new ArrayList<>())
              .add(
                  new Explanation.Objection(
                      plugin.name(), rejected.reason(), plugin.remedy(pod, node)));
        }
      }
    }
    return byNode;
  }

  /** Returns why an extender that must be asked cannot be. */
  private static Optional<String> objectionsOfExtenders(
      PodView pod,
      ClusterSnapshot snapshot,
      Profile profile,
      Map<String, List<Explanation.Objection>> byNode) {
    for (Extender extender : profile.extenders()) {
      List<NodeView> left = new ArrayList<>();
      for (int i = 0; i < snapshot.size(); i++) {
        if (!byNode.containsKey(snapshot.at(i).name())) {
          left.add(snapshot.at(i));
        }
      }
      boolean filters = extender.abilities().contains(Extender.Ability.FILTER);
      if (left.isEmpty() || !filters || !extender.isInterested(pod)) {
        continue;
      }
      try {
        Extender.Filtered filtered = extender.filter(pod, left);
        for (NodeView node : left) {
          Verdict.Rejected why = filtered.refused().get(node.name());
          if (!filtered.passed().contains(node.name())) {
            String reason = why == null ? "the extender did not let it pass" : why.reason();
            byNode.put(
                node.name(), List.of(new Explanation.Objection(extender.name(), reason, "")));
          }
        }
      } catch (ExtenderException e) {
        if (!extender.isIgnorable()) {
          return Optional.of(String.valueOf(e.getMessage()));
        }
      }
    }
    return Optional.empty();
  }

  static Verdict judge(FilterPlugin.Prepared prepared, NodeView node) {
    return switch (prepared) {
      case FilterPlugin.Prepared.Skip() -> Verdict.FITS;
      case FilterPlugin.Prepared.Check(FilterPlugin.NodeFilter filter) -> filter.test(node);
      case FilterPlugin.Prepared.Reject(String reason) -> new Verdict.Rejected(reason, false);
      case FilterPlugin.Prepared.Only only ->
          only.nodes().contains(node.name())
              ? only.filter().test(node)
              : new Verdict.Rejected(only.reason(), false);
    };
  }

  private static List<Explanation.OnNode> scored(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot, Profile profile) {
    List<List<Explanation.Points>> points = new ArrayList<>();
    feasible.forEach(node -> points.add(new ArrayList<>()));
    for (Profile.Weighted weighted : profile.scores()) {
      Optional<NodeScorer> scorer = weighted.plugin().prepare(pod, feasible, snapshot);
      if (scorer.isEmpty()) {
        continue;
      }
      long[] scores = new long[feasible.size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = scorer.get().score(feasible.get(i));
      }
      scorer.get().normalize(scores);
      for (int i = 0; i < scores.length; i++) {
        points
            .get(i)
            .add(new Explanation.Points(weighted.plugin().name(), scores[i], weighted.weight()));
      }
    }
    List<Explanation.OnNode> nodes = new ArrayList<>();
    for (int i = 0; i < feasible.size(); i++) {
      nodes.add(new Explanation.OnNode(feasible.get(i).name(), List.of(), points.get(i)));
    }
    nodes.sort(
        Comparator.comparingLong(Explanation.OnNode::total)
            .reversed()
            .thenComparing(Explanation.OnNode::node));
    return nodes;
  }
}

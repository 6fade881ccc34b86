package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What extenders have to say of one try, after the plugins. */
final class Extension {
  private static final System.Logger LOG = System.getLogger(Extension.class.getName());

  private Extension() {}

  /**
   * Takes the nodes that extenders refuse out of the feasible ones.
   *
   * @return why it cannot be said where the pod fits
   */
  static Optional<String> narrow(PodView pod, List<Extender> extenders, Search search) {
    for (Extender extender : extenders) {
      if (search.feasible().isEmpty()) {
        return Optional.empty();
      }
      if (!asked(extender, Extender.Ability.FILTER, pod)) {
        continue;
      }
      try {
        search.keepOnly(extender.filter(pod, List.copyOf(search.feasible())), extender.name());
      } catch (ExtenderException e) {
        if (!extender.isIgnorable()) {
          return Optional.of(String.valueOf(e.getMessage()));
        }
        ignored("filter", pod, e);
      }
    }
    return Optional.empty();
  }

  /** Adds extenders' points; one that gives none is passed over (upstream: prioritizeNodes). */
  static void add(PodView pod, List<Extender> extenders, List<NodeView> nodes, long[] totals) {
    for (Extender extender : extenders) {
      if (!asked(extender, Extender.Ability.PRIORITIZE, pod)) {
        continue;
      }
      try {
        Map<String, Long> points = extender.prioritize(pod, nodes);
        for (int i = 0; i < totals.length; i++) {
          totals[i] += points.getOrDefault(nodes.get(i).name(), 0L);
        }
      } catch (ExtenderException e) {
        ignored("prioritize", pod, e);
      }
    }
  }

  private static boolean asked(Extender extender, Extender.Ability ability, PodView pod) {
    return extender.abilities().contains(ability) && extender.isInterested(pod);
  }

  private static void ignored(String verb, PodView pod, ExtenderException e) {
    LOG.log(
        System.Logger.Level.WARNING,
        "extender=ignored verb={0} pod={1} why=\"{2}\"",
        verb,
        pod.key(),
        e.getMessage());
  }
}

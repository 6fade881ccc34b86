package dev.wherry.scheduler.api;

import dev.wherry.model.core.v1.Affinity;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodAffinity;
import dev.wherry.model.core.v1.PodAffinityTerm;
import dev.wherry.model.core.v1.PodAntiAffinity;
import dev.wherry.model.core.v1.TopologySpreadConstraint;
import dev.wherry.model.core.v1.WeightedPodAffinityTerm;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.policy.v1.PodDisruptionBudget;
import dev.wherry.model.policy.v1.PodDisruptionBudgetSpec;
import dev.wherry.model.policy.v1.PodDisruptionBudgetStatus;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.SelectorException;
import dev.wherry.scheduler.view.AffinityTerm;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.PodAffinities;
import dev.wherry.scheduler.view.SpreadConstraint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What pods say of other pods, as the scheduler sees it. Label keys are worked into the selectors
 * with the pod's own values (KEP-3243, KEP-3633).
 */
final class NeighbourReader {
  private static final String HONOR = "Honor";
  private static final String DO_NOT_SCHEDULE = "DoNotSchedule";

  private NeighbourReader() {}

  static PodAffinities affinities(Pod pod) {
    Affinity affinity = pod.spec().affinity();
    if (affinity == null
        || (affinity.podAffinity() == null && affinity.podAntiAffinity() == null)) {
      return PodAffinities.NONE;
    }
    PodAffinity near = affinity.podAffinity();
    PodAntiAffinity far = affinity.podAntiAffinity();
    return new PodAffinities(
        near == null
            ? List.of()
            : terms(pod, near.requiredDuringSchedulingIgnoredDuringExecution()),
        far == null ? List.of() : terms(pod, far.requiredDuringSchedulingIgnoredDuringExecution()),
        near == null
            ? List.of()
            : weighted(pod, near.preferredDuringSchedulingIgnoredDuringExecution()),
        far == null
            ? List.of()
            : weighted(pod, far.preferredDuringSchedulingIgnoredDuringExecution()));
  }

  private static List<AffinityTerm> terms(Pod pod, List<PodAffinityTerm> terms) {
    return terms.stream().map(term -> term(pod, term)).toList();
  }

  private static List<PodAffinities.Weighted> weighted(
      Pod pod, List<WeightedPodAffinityTerm> terms) {
    List<PodAffinities.Weighted> weighted = new ArrayList<>();
    for (WeightedPodAffinityTerm soft : terms) {
      PodAffinityTerm term = soft.podAffinityTerm();
      Integer weight = soft.weight();
      if (term != null && weight != null) {
        weighted.add(new PodAffinities.Weighted(weight, term(pod, term)));
      }
    }
    return weighted;
  }

  private static AffinityTerm term(Pod pod, PodAffinityTerm term) {
    Set<String> namespaces = new HashSet<>(term.namespaces());
    if (namespaces.isEmpty() && term.namespaceSelector() == null) {
      namespaces.add(pod.metadata().namespace());
    }
    Labels selector = selector(term.labelSelector());
    Map<String, String> own = pod.metadata().labels();
    selector = and(selector, term.matchLabelKeys(), own, Labels.Operator.IN);
    selector = and(selector, term.mismatchLabelKeys(), own, Labels.Operator.NOT_IN);
    return new AffinityTerm(
        namespaces, selector(term.namespaceSelector()), selector, term.topologyKey());
  }

  static List<SpreadConstraint> spread(Pod pod) {
    List<SpreadConstraint> constraints = new ArrayList<>();
    for (TopologySpreadConstraint c : pod.spec().topologySpreadConstraints()) {
      Integer skew = c.maxSkew();
      Integer domains = c.minDomains();
      constraints.add(
          new SpreadConstraint(
              skew == null ? 1 : skew,
              c.topologyKey(),
              c.whenUnsatisfiable().isEmpty() || c.whenUnsatisfiable().equals(DO_NOT_SCHEDULE),
              and(
                  selector(c.labelSelector()),
                  c.matchLabelKeys(),
                  pod.metadata().labels(),
                  Labels.Operator.IN),
              domains == null ? 1 : domains,
              c.nodeAffinityPolicy().isEmpty() || c.nodeAffinityPolicy().equals(HONOR),
              c.nodeTaintsPolicy().equals(HONOR)));
    }
    return constraints;
  }

  static DisruptionBudget budget(PodDisruptionBudget budget) {
    PodDisruptionBudgetSpec spec = budget.spec();
    PodDisruptionBudgetStatus status = budget.status();
    Integer allowed = status.disruptionsAllowed();
    return new DisruptionBudget(
        budget.metadata().namespace(),
        budget.metadata().name(),
        selector(spec.selector()),
        allowed == null ? 0 : allowed,
        status.disruptedPods().keySet());
  }

  /** An absent selector means nothing, and so does one that cannot be read. */
  private static Labels selector(@Nullable LabelSelector selector) {
    try {
      return Labels.of(Optional.ofNullable(selector));
    } catch (SelectorException e) {
      return Labels.NOTHING;
    }
  }

  /** Keys that the pod has no label of are passed over. */
  private static Labels and(
      Labels selector, List<String> keys, Map<String, String> own, Labels.Operator operator) {
    if (keys.isEmpty() || selector.nothing()) {
      return selector;
    }
    List<Labels.Requirement> all = new ArrayList<>(selector.requirements());
    for (String key : keys) {
      String value = own.get(key);
      if (value != null) {
        all.add(new Labels.Requirement(key, operator, List.of(value)));
      }
    }
    return new Labels(all, false);
  }
}

package dev.wherry.scheduler.view;

import dev.wherry.model.selector.Labels;
import java.util.Set;

/**
 * How many pods of a selection may be taken away (policy/v1 PodDisruptionBudget).
 *
 * @param allowed its {@code status.disruptionsAllowed}
 * @param disrupted names of pods whose eviction was already counted
 */
public record DisruptionBudget(
    String namespace, String name, Labels selector, int allowed, Set<String> disrupted) {
  public DisruptionBudget {
    disrupted = Set.copyOf(disrupted);
  }

  /** Whether taking the pod away counts; an empty selector means nothing, as upstream has it. */
  public boolean counts(PodView pod) {
    return namespace.equals(pod.key().namespace())
        && !pod.labels().isEmpty()
        && !selector.isEverything()
        && selector.matches(pod.labels())
        && !disrupted.contains(pod.key().name());
  }
}

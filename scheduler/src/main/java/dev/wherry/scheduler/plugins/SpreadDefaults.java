package dev.wherry.scheduler.plugins;

import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.SpreadConstraint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Constraints for pods that bring none (PodTopologySpreadArgs). The pods they count are those that
 * the pod's Services and its controller select.
 *
 * @param system whether these are kube-scheduler's own, which nodes without one of the labels pass
 * @param selectors a pod's Services' and controller's selectors as one; everything where there are
 *     none
 */
public record SpreadDefaults(
    boolean system, List<SpreadConstraint> constraints, Function<PodView, Labels> selectors) {
  /** Pods without constraints are not spread. */
  public static final SpreadDefaults NONE =
      new SpreadDefaults(false, List.of(), pod -> Labels.EVERYTHING);

  /** kube-scheduler's {@code defaultingType: System}: over hosts by 3 and over zones by 5. */
  public static final List<SpreadConstraint> SYSTEM =
      List.of(soft("kubernetes.io/hostname", 3), soft("topology.kubernetes.io/zone", 5));

  public SpreadDefaults {
    constraints = List.copyOf(constraints);
  }

  private static SpreadConstraint soft(String topologyKey, int skewMax) {
    return new SpreadConstraint(skewMax, topologyKey, false, Labels.EVERYTHING, 1, true, false);
  }

  List<SpreadConstraint> of(PodView pod) {
    if (constraints.isEmpty()) {
      return List.of();
    }
    Labels selector = selectors.apply(pod);
    if (selector.isEverything()) {
      return List.of();
    }
    List<SpreadConstraint> own = new ArrayList<>();
    for (SpreadConstraint c : constraints) {
      own.add(
          new SpreadConstraint(
              c.skewMax(),
              c.topologyKey(),
              c.required(),
              selector,
              c.domainsMin(),
              c.honorsAffinity(),
              c.honorsTaints()));
    }
    return own;
  }
}

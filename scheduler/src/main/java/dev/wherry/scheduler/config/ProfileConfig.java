package dev.wherry.scheduler.config;

import dev.wherry.scheduler.plugins.InterPodAffinity;
import dev.wherry.scheduler.plugins.ScoringStrategy;
import dev.wherry.scheduler.preemption.DefaultPreemption;
import dev.wherry.scheduler.view.NodeTerms;
import dev.wherry.scheduler.view.SpreadConstraint;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One profile.
 *
 * @param filters names of the enabled filter plugins
 * @param scores weight by the name of the enabled score plugin
 * @param ignoredResources extended resources the fit does not check
 * @param neighbours of InterPodAffinity and PodTopologySpread
 * @param preemption of DefaultPreemption; empty where it is off
 */
public record ProfileConfig(
    String schedulerName,
    int percentageOfNodesToScore,
    Set<String> filters,
    Map<String, Integer> scores,
    ScoringStrategy strategy,
    List<ScoringStrategy.Weight> balanced,
    Set<String> ignoredResources,
    NodeTerms addedAffinity,
    Neighbours neighbours,
    Optional<Preemption> preemption) {
  /**
   * Weight of bin packing in the default profile: more than all soft preferences of upstream's
   * default together would spread.
   */
  public static final int PACKING_WEIGHT = 5;

  /**
   * What pods on other nodes mean for a pod.
   *
   * @param hardAffinityWeight 0 to 100 (hardPodAffinityWeight)
   * @param ignoresOthersPreferences ignorePreferredTermsOfExistingPods
   * @param systemSpread whether pods without constraints are spread as kube-scheduler does; a
   *     packing scheduler does not do so by itself
   * @param spread otherwise the constraints of such pods
   */
  public record Neighbours(
      int hardAffinityWeight,
      boolean ignoresOthersPreferences,
      boolean systemSpread,
      List<SpreadConstraint> spread) {
    public static final Neighbours DEFAULT =
        new Neighbours(InterPodAffinity.HARD_WEIGHT, false, false, List.of());

    public Neighbours {
      spread = List.copyOf(spread);
    }

    /** Whether pods without constraints of their own get some. */
    public boolean spreadsByDefault() {
      return systemSpread || !spread.isEmpty();
    }
  }

  /**
   * How many candidates end the search for victims.
   *
   * @param candidatesPercent 0 to 100 of the nodes where eviction may help
   * @param candidatesMin but at least so many
   */
  public record Preemption(int candidatesPercent, int candidatesMin) {
    public static final Preemption DEFAULT =
        new Preemption(DefaultPreemption.CANDIDATES_PERCENT, DefaultPreemption.CANDIDATES_MIN);
  }

  public ProfileConfig {
    filters = new LinkedHashSet<>(filters);
    scores = new LinkedHashMap<>(scores);
    balanced = List.copyOf(balanced);
    ignoredResources = Set.copyOf(ignoredResources);
  }

  static ProfileConfig defaults(String schedulerName) {
    Map<String, Integer> scores = new LinkedHashMap<>();
    scores.put("TaintToleration", 3);
    scores.put("NodeAffinity", 2);
    scores.put("NodeResourcesFit", PACKING_WEIGHT);
    scores.put("PodTopologySpread", 2);
    scores.put("InterPodAffinity", 2);
    scores.put("ImageLocality", 1);
    return new ProfileConfig(
        schedulerName,
        0,
        new LinkedHashSet<>(PluginNames.FILTERS),
        scores,
        ScoringStrategy.MOST_ALLOCATED,
        ScoringStrategy.CPU_AND_MEMORY,
        Set.of(),
        NodeTerms.ANY,
        Neighbours.DEFAULT,
        Optional.of(Preemption.DEFAULT));
  }
}

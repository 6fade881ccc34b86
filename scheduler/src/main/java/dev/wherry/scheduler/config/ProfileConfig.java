package dev.wherry.scheduler.config;

import dev.wherry.scheduler.plugins.ScoringStrategy;
import dev.wherry.scheduler.view.NodeTerms;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One profile.
 *
 * @param filters names of the enabled filter plugins
 * @param scores weight by the name of the enabled score plugin
 * @param ignoredResources extended resources the fit does not check
 */
public record ProfileConfig(
    String schedulerName,
    int percentageOfNodesToScore,
    Set<String> filters,
    Map<String, Integer> scores,
    ScoringStrategy strategy,
    List<ScoringStrategy.Weight> balanced,
    Set<String> ignoredResources,
    NodeTerms addedAffinity) {
  /**
   * Weight of bin packing in the default profile: more than all soft preferences of upstream's
   * default together would spread.
   */
  public static final int PACKING_WEIGHT = 5;

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
    return new ProfileConfig(
        schedulerName,
        0,
        new LinkedHashSet<>(PluginNames.FILTERS),
        scores,
        ScoringStrategy.MOST_ALLOCATED,
        ScoringStrategy.CPU_AND_MEMORY,
        Set.of(),
        NodeTerms.ANY);
  }
}

package dev.wherry.scheduler.config;

import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.plugins.NodeAffinity;
import dev.wherry.scheduler.plugins.NodeName;
import dev.wherry.scheduler.plugins.NodePorts;
import dev.wherry.scheduler.plugins.NodeResourcesBalancedAllocation;
import dev.wherry.scheduler.plugins.NodeResourcesFit;
import dev.wherry.scheduler.plugins.NodeUnschedulable;
import dev.wherry.scheduler.plugins.PrioritySort;
import dev.wherry.scheduler.plugins.SchedulingGates;
import dev.wherry.scheduler.plugins.TaintToleration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes a profile's plugins from its configuration. */
public final class ProfileFactory {
  private ProfileFactory() {}

  public static Profile create(ProfileConfig config, BindPlugin binder) {
    NodeAffinity affinity = new NodeAffinity(config.addedAffinity());
    TaintToleration taints = new TaintToleration();
    NodeResourcesFit fit = new NodeResourcesFit(config.strategy(), config.ignoredResources());
    Map<String, FilterPlugin> filters =
        Map.of(
            "NodeUnschedulable",
            new NodeUnschedulable(),
            "NodeName",
            new NodeName(),
            "TaintToleration",
            taints,
            "NodeAffinity",
            affinity,
            "NodePorts",
            new NodePorts(),
            "NodeResourcesFit",
            fit);
    Map<String, ScorePlugin> scores =
        Map.of(
            "TaintToleration",
            taints,
            "NodeAffinity",
            affinity,
            "NodeResourcesFit",
            fit,
            "NodeResourcesBalancedAllocation",
            new NodeResourcesBalancedAllocation(config.balanced()));
    List<FilterPlugin> enabledFilters = new ArrayList<>();
    for (String name : PluginNames.FILTERS) {
      FilterPlugin filter = filters.get(name);
      if (filter != null && config.filters().contains(name)) {
        enabledFilters.add(filter);
      }
    }
    List<Profile.Weighted> enabledScores = new ArrayList<>();
    config
        .scores()
        .forEach((name, weight) -> {
          ScorePlugin score = scores.get(name);
          if (score != null) {
            enabledScores.add(new Profile.Weighted(score, weight));
          }
        });
    return new Profile(
        config.schedulerName(),
        config.percentageOfNodesToScore(),
        new PrioritySort(),
        List.of(new SchedulingGates()),
        enabledFilters,
        List.of(),
        enabledScores,
        List.of(),
        List.of(),
        binder);
  }
}

package dev.wherry.scheduler.config;

import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.Plugin;
import dev.wherry.scheduler.framework.PluginPorts;
import dev.wherry.scheduler.framework.PostFilterPlugin;
import dev.wherry.scheduler.framework.PreEnqueuePlugin;
import dev.wherry.scheduler.framework.ReservePlugin;
import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.plugins.DynamicResources;
import dev.wherry.scheduler.plugins.ImageLocality;
import dev.wherry.scheduler.plugins.InterPodAffinity;
import dev.wherry.scheduler.plugins.NodeAffinity;
import dev.wherry.scheduler.plugins.NodeName;
import dev.wherry.scheduler.plugins.NodePorts;
import dev.wherry.scheduler.plugins.NodeResourcesBalancedAllocation;
import dev.wherry.scheduler.plugins.NodeResourcesFit;
import dev.wherry.scheduler.plugins.NodeResourcesFragmentation;
import dev.wherry.scheduler.plugins.NodeUnschedulable;
import dev.wherry.scheduler.plugins.NodeVolumeLimits;
import dev.wherry.scheduler.plugins.PodTopologySpread;
import dev.wherry.scheduler.plugins.PrioritySort;
import dev.wherry.scheduler.plugins.SchedulingGates;
import dev.wherry.scheduler.plugins.SpreadDefaults;
import dev.wherry.scheduler.plugins.TaintToleration;
import dev.wherry.scheduler.plugins.VolumeBinding;
import dev.wherry.scheduler.plugins.VolumeRestrictions;
import dev.wherry.scheduler.plugins.VolumeZone;
import dev.wherry.scheduler.preemption.DefaultPreemption;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Makes a profile's plugins from its configuration. */
public final class ProfileFactory {
  private ProfileFactory() {}

  /** A profile whose pods are spread by their own constraints only. */
  public static Profile create(ProfileConfig config, BindPlugin binder) {
    return create(config, binder, PluginPorts.NONE, pod -> Labels.EVERYTHING, List.of());
  }

  /**
   * A profile that may spread pods without constraints of their own.
   *
   * @param ports to what plugins need beside what they see
   * @param selectors what a pod's Services and its controller select together; everything where
   *     there are none. Only asked where the configuration has constraints for such pods.
   * @param extenders asked after the plugins
   */
  public static Profile create(
      ProfileConfig config,
      BindPlugin binder,
      PluginPorts ports,
      Function<PodView, Labels> selectors,
      List<Extender> extenders) {
    NodeAffinity affinity = new NodeAffinity(config.addedAffinity());
    TaintToleration taints = new TaintToleration();
    NodeResourcesFit fit = new NodeResourcesFit(config.strategy(), config.ignoredResources());
    ProfileConfig.Neighbours neighbours = config.neighbours();
    PodTopologySpread spread =
        new PodTopologySpread(
            new SpreadDefaults(
                neighbours.systemSpread(),
                neighbours.systemSpread() ? SpreadDefaults.SYSTEM : neighbours.spread(),
                selectors));
    InterPodAffinity near =
        new InterPodAffinity(
            neighbours.hardAffinityWeight(), neighbours.ignoresOthersPreferences());
    DynamicResources devices = new DynamicResources(ports.devices(), ports.expressions());
    List<Plugin> all =
        List.of(
            new NodeUnschedulable(),
            new NodeName(),
            taints,
            affinity,
            new NodePorts(),
            fit,
            new VolumeRestrictions(),
            new NodeVolumeLimits(),
            new VolumeBinding(ports.volumes()),
            new VolumeZone(),
            spread,
            near,
            devices,
            new NodeResourcesBalancedAllocation(config.balanced()),
            new NodeResourcesFragmentation(),
            new ImageLocality());
    return new Profile(
        config.schedulerName(),
        config.percentageOfNodesToScore(),
        new PrioritySort(),
        enabled(config, List.of(new SchedulingGates(), devices)),
        filters(config, all),
        postFilters(config, devices, extenders),
        scores(config, all),
        reserves(config, all),
        List.of(),
        binder,
        extenders);
  }

  /** A plugin that is no filter is always there. */
  private static List<PreEnqueuePlugin> enabled(
      ProfileConfig config, List<PreEnqueuePlugin> plugins) {
    return plugins.stream()
        .filter(one -> !(one instanceof FilterPlugin) || config.filters().contains(one.name()))
        .toList();
  }

  /** What nobody uses is given up before anybody is evicted. */
  private static List<PostFilterPlugin> postFilters(
      ProfileConfig config, DynamicResources devices, List<Extender> extenders) {
    List<PostFilterPlugin> plugins = new ArrayList<>();
    if (config.filters().contains(devices.name())) {
      plugins.add(devices);
    }
    config
        .preemption()
        .ifPresent(p ->
            plugins.add(
                new DefaultPreemption(p.candidatesPercent(), p.candidatesMin(), extenders)));
    return plugins;
  }

  private static List<FilterPlugin> filters(ProfileConfig config, List<Plugin> all) {
    List<FilterPlugin> enabled = new ArrayList<>();
    for (Plugin plugin : all) {
      if (plugin instanceof FilterPlugin filter && config.filters().contains(plugin.name())) {
        enabled.add(filter);
      }
    }
    return enabled;
  }

  private static List<ReservePlugin> reserves(ProfileConfig config, List<Plugin> all) {
    List<ReservePlugin> enabled = new ArrayList<>();
    for (Plugin plugin : all) {
      if (plugin instanceof ReservePlugin reserve && config.filters().contains(plugin.name())) {
        enabled.add(reserve);
      }
    }
    return enabled;
  }

  private static List<Profile.Weighted> scores(ProfileConfig config, List<Plugin> all) {
    List<Profile.Weighted> enabled = new ArrayList<>();
    for (Plugin plugin : all) {
      Integer weight = config.scores().get(plugin.name());
      if (plugin instanceof ScorePlugin score && weight != null) {
        enabled.add(new Profile.Weighted(score, weight));
      }
    }
    return enabled;
  }
}

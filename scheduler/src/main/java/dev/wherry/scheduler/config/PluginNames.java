package dev.wherry.scheduler.config;

import java.util.List;

/** The plugins that a configuration may name, by extension point, in the order they run. */
final class PluginNames {
  static final List<String> FILTERS =
      List.of(
          "NodeUnschedulable",
          "NodeName",
          "TaintToleration",
          "NodeAffinity",
          "NodePorts",
          "NodeResourcesFit",
          "VolumeRestrictions",
          "NodeVolumeLimits",
          "VolumeBinding",
          "VolumeZone",
          "PodTopologySpread",
          "InterPodAffinity",
          "DynamicResources");

  static final List<String> SCORES =
      List.of(
          "TaintToleration",
          "NodeAffinity",
          "NodeResourcesFit",
          "NodeResourcesBalancedAllocation",
          "NodeResourcesFragmentation",
          "PodTopologySpread",
          "InterPodAffinity",
          "ImageLocality");

  static final String PREEMPTION = "DefaultPreemption";

  private PluginNames() {}
}

package dev.wherry.scheduler;

import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.Plugin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which events every plugin waits for, by the plugin's name. */
record Requeue(Map<String, Set<ClusterEvent>> byPlugin) {
  static Requeue of(List<Profile> profiles) {
    Map<String, Set<ClusterEvent>> byPlugin = new HashMap<>();
    for (Profile profile : profiles) {
      for (Plugin plugin : profile.filters()) {
        byPlugin.put(plugin.name(), plugin.requeueOn());
      }
      for (Plugin plugin : profile.preEnqueue()) {
        byPlugin.put(plugin.name(), plugin.requeueOn());
      }
      for (Plugin plugin : profile.reserves()) {
        byPlugin.put(plugin.name(), plugin.requeueOn());
      }
    }
    return new Requeue(byPlugin);
  }

  Set<ClusterEvent> events(String plugin) {
    return byPlugin.getOrDefault(plugin, Set.of());
  }
}

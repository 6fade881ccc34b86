package dev.wherry.scheduler;

import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.Plugin;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.queue.SchedulingQueue;
import dev.wherry.scheduler.view.PodView;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which events every plugin waits for, by the plugin's name. */
record Requeue(Map<String, Plugin> byName, Map<String, Set<ClusterEvent>> eventsByName)
    implements SchedulingQueue.Hints {
  static Requeue of(List<Profile> profiles) {
    Map<String, Plugin> byName = new HashMap<>();
    for (Profile profile : profiles) {
      profile.filters().forEach(plugin -> byName.put(plugin.name(), plugin));
      profile.preEnqueue().forEach(plugin -> byName.put(plugin.name(), plugin));
      profile.reserves().forEach(plugin -> byName.put(plugin.name(), plugin));
    }
    Map<String, Set<ClusterEvent>> events = new HashMap<>();
    // Nobody knows what an extender waits for.
    events.put(Extender.PLUGIN, EnumSet.allOf(ClusterEvent.class));
    byName.forEach((name, plugin) -> events.put(name, plugin.requeueOn()));
    return new Requeue(byName, events);
  }

  @Override
  public Set<ClusterEvent> events(String plugin) {
    return eventsByName.getOrDefault(plugin, Set.of());
  }

  @Override
  public boolean mayHelp(String plugin, PodView waiting, PodEvent event) {
    if (plugin.equals(Extender.PLUGIN)) {
      return true;
    }
    Plugin known = byName.get(plugin);
    return known != null && events(plugin).contains(event.what()) && known.mayHelp(waiting, event);
  }
}

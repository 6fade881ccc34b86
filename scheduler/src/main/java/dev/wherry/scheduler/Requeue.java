package dev.wherry.scheduler;

import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.Plugin;
import dev.wherry.scheduler.queue.SchedulingQueue;
import dev.wherry.scheduler.view.PodView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which events every plugin waits for, by the plugin's name. */
record Requeue(Map<String, Plugin> byName) implements SchedulingQueue.Hints {
  static Requeue of(List<Profile> profiles) {
    Map<String, Plugin> byName = new HashMap<>();
    for (Profile profile : profiles) {
      profile.filters().forEach(plugin -> byName.put(plugin.name(), plugin));
      profile.preEnqueue().forEach(plugin -> byName.put(plugin.name(), plugin));
      profile.reserves().forEach(plugin -> byName.put(plugin.name(), plugin));
    }
    return new Requeue(byName);
  }

  @Override
  public Set<ClusterEvent> events(String plugin) {
    Plugin known = byName.get(plugin);
    return known == null ? Set.of() : known.requeueOn();
  }

  @Override
  public boolean mayHelp(String plugin, PodView waiting, ClusterEvent event, PodView about) {
    Plugin known = byName.get(plugin);
    return known != null
        && known.requeueOn().contains(event)
        && known.mayHelp(waiting, event, about);
  }
}

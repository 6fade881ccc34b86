package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.QueueSortPlugin;
import dev.wherry.scheduler.view.PodView;
import java.util.Comparator;

/** Higher priority first, older first among equals. */
public final class PrioritySort implements QueueSortPlugin {
  private static final Comparator<PodView> ORDER =
      Comparator.comparingInt(PodView::priority)
          .reversed()
          .thenComparing(PodView::created)
          .thenComparing(pod -> pod.key().namespace())
          .thenComparing(pod -> pod.key().name());

  @Override
  public String name() {
    return "PrioritySort";
  }

  @Override
  public Comparator<PodView> order() {
    return ORDER;
  }
}

package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.PodView;
import java.util.Comparator;

/** The order in which waiting pods are tried; every profile has the same one. */
public interface QueueSortPlugin extends Plugin {
  Comparator<PodView> order();
}

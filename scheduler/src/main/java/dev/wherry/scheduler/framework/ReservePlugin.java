package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.PodView;

/** Keeps something for a pod between the decision and the binding. */
public interface ReservePlugin extends Plugin {
  Verdict reserve(PodView pod, String node);

  /** Gives back; also called when another plugin's reserve failed, in reverse order. */
  void unreserve(PodView pod, String node);
}

package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.PodView;

/** Tells the API server where a pod runs. Blocks; called on virtual threads. */
public interface BindPlugin extends Plugin {
  void bind(PodView pod, String node);
}

package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.PodView;

/** Holds a pod back before it is tried at all. */
public interface PreEnqueuePlugin extends Plugin {
  Verdict admit(PodView pod, ClusterSnapshot snapshot);

  /** Whether the pod's condition says that it is held back. */
  default boolean isReported() {
    return true;
  }
}

package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.PodView;

/** Holds a pod back before it is tried at all. */
public interface PreEnqueuePlugin extends Plugin {
  Verdict admit(PodView pod);
}

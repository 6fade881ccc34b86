package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.PodView;

/**
 * The last word before a pod is bound. Runs on the binding's virtual thread: a plugin that lets a
 * pod wait for others blocks there, with a bound of its own.
 */
public interface PermitPlugin extends Plugin {
  Verdict permit(PodView pod, String node);
}

package dev.wherry.kubelet.pod;

import dev.wherry.model.kind.Kind;
import java.util.Set;

/** Tells of changes to the objects that pods mount. Safe for many threads. */
public interface MountedNews {
  /** A ConfigMap or Secret by name. */
  record Mounted(Kind<?> kind, String namespace, String name) {}

  /**
   * Follows what a pod mounts until it is forgotten.
   *
   * @param changed run by any thread after each change, and once at the beginning
   */
  void follow(String podUid, Set<Mounted> mounted, Runnable changed);

  /** Ends what was followed for this pod alone. */
  void forget(String podUid);
}

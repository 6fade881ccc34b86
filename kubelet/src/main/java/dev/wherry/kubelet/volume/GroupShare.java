package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.PodSecurityContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gives volumes to the groups of pods (rule: fsGroup and fsGroupChangePolicy). */
public final class GroupShare {
  /** What a group needs on a volume: read, write, enter, and new files keep the group. */
  private static final int GROUP_BITS = 02070;

  private GroupShare() {}

  /**
   * Gives it to the pod's group, if it has one; with OnRootMismatch only if its root is not yet.
   */
  public static void give(PodView pod, Path path) throws IOException {
    PodSecurityContext security = pod.spec().securityContext();
    Long group = security == null ? null : security.fsGroup();
    if (security == null || group == null) {
      return;
    }
    boolean lazily = security.fsGroupChangePolicy().equals("OnRootMismatch");
    boolean fits =
        ((Integer) Files.getAttribute(path, "unix:gid")) == group.intValue()
            && (Modes.get(path) & GROUP_BITS) == GROUP_BITS;
    if (!lazily || !fits) {
      Trees.chgrp(path, group.intValue());
    }
  }
}

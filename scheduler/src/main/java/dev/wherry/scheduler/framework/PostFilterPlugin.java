package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.PodView;
import java.util.Map;
import java.util.Optional;

/** Asked when no node fits: preemption is one. */
public interface PostFilterPlugin extends Plugin {
  /**
   * @param rejections every node's verdict
   * @return what to say of it behind the reasons, or empty when it could do nothing
   */
  Optional<String> makeRoom(
      PodView pod, ClusterSnapshot snapshot, Map<String, Verdict.Rejected> rejections);
}

package dev.wherry.kubelet.image;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long at least one of a pod's images was under way: what its start owes to registries. Owned
 * by the pod's worker.
 */
public final class PullTime {
  private Duration spent = Duration.ZERO;
  private @Nullable Instant since;

  /**
   * What is so from now on.
   *
   * @param pulling whether any is under way
   */
  void look(boolean pulling, Instant now) {
    if (pulling && since == null) {
      since = now;
    } else if (!pulling && since != null) {
      spent = spent.plus(Duration.between(since, now));
      since = null;
    }
  }

  /** All of it that is over. */
  public Duration spent() {
    return spent;
  }
}

package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.VolumeChoice;
import java.util.Optional;

/** Writes what was decided of claims. Blocks; called on bindings' threads. */
public interface ClaimWriter {
  /** For schedulers that see no claims. */
  ClaimWriter NONE = (pod, node, choice) -> Optional.of("claims cannot be bound here");

  /**
   * Writes, and waits until the claims are bound.
   *
   * @return why the pod cannot be bound now
   */
  Optional<String> bind(PodView pod, String node, VolumeChoice choice);
}

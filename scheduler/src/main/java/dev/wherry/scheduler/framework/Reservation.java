package dev.wherry.scheduler.framework;

import java.util.Optional;

/** What a plugin has taken for a pod between the decision and the binding. */
public interface Reservation {
  /**
   * Brings about what has to be before the pod is bound. Blocks; called on the binding's thread.
   *
   * @return why it cannot be
   */
  Optional<String> fulfil();

  /**
   * Takes back what was brought about, since the pod was not bound after all. Blocks; called on the
   * binding's thread.
   */
  default void undo() {}

  /** Gives back: the pod will not be bound now. Called by the loop. */
  void release();
}

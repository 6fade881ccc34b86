package dev.wherry.machinery.loop;

/** Brings what a key names to its desired state; called by one worker at a time for a key. */
@FunctionalInterface
public interface Reconciler<K> {
  /**
   * @throws dev.wherry.model.status.ApiException when the server refuses: the key comes back after
   *     its back-off
   */
  Outcome reconcile(K key) throws InterruptedException;
}

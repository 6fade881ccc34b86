package dev.wherry.controllers;

import dev.wherry.machinery.loop.Plan;
import java.time.Instant;

/** A controller whose every decision is a plan; conflicts and failures bring the key back. */
public final class PlanController<K> implements KeyDriven {
  /** Decides for one key. Reads views and changes nothing. */
  @FunctionalInterface
  public interface Decider<K> {
    Plan decide(K key, Instant now);
  }

  private final KeyedController<K> keys;

  public PlanController(String name, int workers, Parts parts, Decider<K> decider) {
    this.keys =
        new KeyedController<>(
            name,
            workers,
            parts,
            key -> parts.applier().apply(decider.decide(key, parts.timer().instant())));
  }

  public void add(K key) {
    keys.add(key);
  }

  @Override
  public KeyedController<K> keys() {
    return keys;
  }
}

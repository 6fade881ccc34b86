package dev.wherry.controllers;

import dev.wherry.machinery.loop.Plan;
import dev.wherry.machinery.loop.ReconcilerLoop;
import dev.wherry.machinery.queue.WorkQueue;
import java.time.Instant;
import java.util.Optional;

/** A controller whose every decision is a plan; conflicts and failures bring the key back. */
public final class PlanController<K> implements Controller {
  /** Decides for one key. Reads views and changes nothing. */
  @FunctionalInterface
  public interface Decider<K> {
    Plan decide(K key, Instant now);
  }

  private final String name;
  private final int workers;
  private final Parts parts;
  private final Decider<K> decider;
  private final WorkQueue<K> queue;
  private Optional<ReconcilerLoop<K>> loop = Optional.empty();

  public PlanController(String name, int workers, Parts parts, Decider<K> decider) {
    this.name = name;
    this.workers = workers;
    this.parts = parts;
    this.decider = decider;
    this.queue = new WorkQueue<>(parts.timer());
  }

  public void add(K key) {
    queue.add(key);
  }

  @Override
  public void start() {
    loop =
        Optional.of(
            ReconcilerLoop.start(
                name,
                queue,
                workers,
                key -> parts.applier().apply(decider.decide(key, parts.timer().instant()))));
  }

  @Override
  public void close() {
    queue.close();
    loop.ifPresent(ReconcilerLoop::close);
  }
}

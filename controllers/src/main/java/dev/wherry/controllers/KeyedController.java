package dev.wherry.controllers;

import dev.wherry.machinery.loop.Reconciler;
import dev.wherry.machinery.loop.ReconcilerLoop;
import dev.wherry.machinery.queue.WorkQueue;
import java.time.Duration;
import java.util.Optional;

/** A controller that brings one key after the other to its desired state. */
public final class KeyedController<K> implements Controller {
  private final String name;
  private final int workers;
  private final Reconciler<K> reconciler;
  private final WorkQueue<K> queue;
  private Optional<ReconcilerLoop<K>> loop = Optional.empty();

  public KeyedController(String name, int workers, Parts parts, Reconciler<K> reconciler) {
    this.name = name;
    this.workers = workers;
    this.reconciler = reconciler;
    this.queue = parts.queue(name);
  }

  public void add(K key) {
    queue.add(key);
  }

  public void addAfter(K key, Duration delay) {
    queue.addAfter(key, delay);
  }

  @Override
  public void start() {
    loop = Optional.of(ReconcilerLoop.start(name, queue, workers, reconciler));
  }

  /**
   * Deals with one ready key on the caller's thread, instead of {@link #start}.
   *
   * @return false when no key was ready
   */
  @Override
  public boolean step() throws InterruptedException {
    return ReconcilerLoop.step(name, queue, reconciler);
  }

  @Override
  public void close() {
    queue.close();
    loop.ifPresent(ReconcilerLoop::close);
  }
}

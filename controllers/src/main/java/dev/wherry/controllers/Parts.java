package dev.wherry.controllers;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.loop.Applier;
import dev.wherry.machinery.queue.NamedQueues;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.machinery.time.Timer;

/**
 * What every controller is made of.
 *
 * @param queues where its queues of keys are counted
 * @param batches how writes that do not wait for each other are made
 */
public record Parts(
    ApiClient client,
    Informers informers,
    EventRecorder events,
    Applier applier,
    Timer timer,
    Batches batches,
    NamedQueues queues) {
  /** A queue of keys under the name that the metrics page has for it. */
  public <K> WorkQueue<K> queue(String name) {
    return queues.named(name, new WorkQueue<>(timer));
  }
}

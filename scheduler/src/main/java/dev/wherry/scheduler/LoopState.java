package dev.wherry.scheduler;

import dev.wherry.scheduler.queue.SchedulingQueue;
import java.time.Instant;
import java.time.InstantSource;

/** What the loop knows: the cluster, the pods that wait and what was said of them. */
record LoopState(
    ClusterState cluster, SchedulingQueue queue, Reports reports, InstantSource clock) {
  Instant now() {
    return clock.instant();
  }
}

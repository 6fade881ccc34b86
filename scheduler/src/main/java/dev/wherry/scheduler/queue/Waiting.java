package dev.wherry.scheduler.queue;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.view.PodView;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A pod that has no node yet; the queue's own, each is equal to itself alone. */
final class Waiting {
  PodView pod;
  Place place = Place.READY;
  int attempts;
  Instant since = Instant.MIN;
  Instant until = Instant.MIN;
  Set<String> rejectedBy = Set.of();
  Set<ClusterEvent> awaits = EnumSet.noneOf(ClusterEvent.class);
  final Set<ClusterEvent> missed = EnumSet.noneOf(ClusterEvent.class);

  enum Place {
    READY,
    IN_CYCLE,
    BACKING_OFF,
    UNSCHEDULABLE
  }

  Waiting(PodView pod) {
    this.pod = pod;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}

package dev.wherry.scheduler.preemption;

import dev.wherry.scheduler.view.PodView;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * A node on which the pod would fit without the victims.
 *
 * @param victims the most important first; never empty
 * @param violations how many of them a disruption budget would keep
 */
record Candidate(String node, List<PodView> victims, int violations) {
  /** Keeps sums of priorities positive, so that more victims of negative priority cost more. */
  private static final long PRIORITY_OFFSET = 1L << 31;

  /**
   * Upstream's order: fewer violations, a less important first victim, a smaller sum of priorities,
   * fewer victims, and at last the one whose most important victims started last.
   */
  static final Comparator<Candidate> ORDER =
      Comparator.comparingInt(Candidate::violations)
          .thenComparingInt(Candidate::highestPriority)
          .thenComparingLong(Candidate::sumOfPriorities)
          .thenComparingInt(candidate -> candidate.victims.size())
          .thenComparing(Candidate::earliestStart, Comparator.reverseOrder());

  /** Higher priority first, then the one that has run longer. */
  static final Comparator<PodView> IMPORTANCE =
      Comparator.comparingInt(PodView::priority)
          .reversed()
          .thenComparing(pod -> pod.standing().started());

  private int highestPriority() {
    return victims.getFirst().priority();
  }

  private long sumOfPriorities() {
    long sum = 0;
    for (PodView victim : victims) {
      sum += victim.priority() + PRIORITY_OFFSET;
    }
    return sum;
  }

  private Instant earliestStart() {
    Instant earliest = Instant.MAX;
    int highest = highestPriority();
    for (PodView victim : victims) {
      Instant started = victim.standing().started();
      if (victim.priority() == highest && started.isBefore(earliest)) {
        earliest = started;
      }
    }
    return earliest;
  }
}

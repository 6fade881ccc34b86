package dev.wherry.controllers.job;

import dev.wherry.controllers.workload.PodFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** How long a Job waits before it replaces failed pods (job backoff_utils). Pure. */
final class JobBackoff {
  static final Duration FIRST = Duration.ofSeconds(10);
  static final Duration MOST = Duration.ofMinutes(10);

  private JobBackoff() {}

  /** Doubles with every failure since the last success. */
  static Duration remaining(List<JobPod> pods, JobFacts facts, Instant now) {
    int failures = 0;
    Instant last = Instant.MIN;
    List<JobPod> ended =
        pods.stream()
            .filter(p -> PodFacts.isFinished(p.pod()) || p.failed(facts))
            .sorted(Comparator.comparing(JobPod::finishedAt))
            .toList();
    for (JobPod pod : ended) {
      failures = pod.succeeded() ? 0 : failures + 1;
      last = pod.finishedAt();
    }
    return failures == 0 ? Duration.ZERO : left(failures, last, now);
  }

  /** The same for one index, after its last pod failed. */
  static Duration remaining(JobPod last, Instant now) {
    return left(last.failuresBefore() + last.ignoredBefore() + 1, last.finishedAt(), now);
  }

  private static Duration left(int failures, Instant last, Instant now) {
    int doublings = Math.min(failures - 1, 10);
    Duration delay = FIRST.multipliedBy(1L << doublings);
    Duration left = Duration.between(now, last.plus(delay.compareTo(MOST) > 0 ? MOST : delay));
    return left.isNegative() ? Duration.ZERO : left;
  }
}

package dev.wherry.controllers.cronjob;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.batch.v1.CronJob;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * The last time at which a CronJob should have started a Job (cronjob mostRecentScheduleTime).
 * Pure.
 *
 * @param at empty when none is due
 * @param tooMany whether so many were missed that something is wrong
 * @param never whether the schedule is of a day that no year has
 */
record DueTime(Optional<Instant> at, boolean tooMany, boolean never) {
  /** Missed times above which the user is told. */
  static final int MISSED_MAX = 100;

  /** What is longer is as good as for ever: ten years. */
  static final long DEADLINE_MAX_SECONDS = 10L * 366 * 24 * 60 * 60;

  static DueTime of(CronJob cron, CronSchedule schedule, ZoneId zone, Instant now) {
    Instant earliest = requireNonNullElse(cron.metadata().creationTimestamp(), now);
    if (cron.status().lastScheduleTime() != null) {
      earliest = cron.status().lastScheduleTime();
    }
    Long deadline = cron.spec().startingDeadlineSeconds();
    if (deadline != null) {
      Instant open = now.minusSeconds(Math.min(deadline, DEADLINE_MAX_SECONDS));
      earliest = open.isAfter(earliest) ? open : earliest;
    }
    Optional<Instant> first = schedule.next(earliest, zone);
    if (first.isEmpty() || now.isBefore(first.get())) {
      return new DueTime(Optional.empty(), false, first.isEmpty());
    }
    Optional<Instant> second = schedule.next(first.get(), zone);
    if (second.isEmpty() || now.isBefore(second.get())) {
      return new DueTime(first, false, false);
    }
    long between = Math.max(1, Duration.between(first.get(), second.get()).toSeconds());
    long missed = Duration.between(first.get(), now).toSeconds() / between + 1;
    // Schedules are irregular: begin a little before the estimate.
    Instant from = first.get().plusSeconds(Math.max(0, missed - 2) * between);
    Instant last = first.get();
    Optional<Instant> next = schedule.next(from.minusSeconds(between), zone);
    while (next.isPresent() && !next.get().isAfter(now)) {
      last = next.get().isAfter(last) ? next.get() : last;
      next = schedule.next(next.get(), zone);
    }
    return new DueTime(Optional.of(last), missed > MISSED_MAX, false);
  }
}

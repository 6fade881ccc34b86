package dev.wherry.controllers.autoscaling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What an autoscaler wanted and did lately. Lost with the process, as upstream's. Immutable.
 *
 * @param wanted recommendations before anything smoothed them
 * @param grown replicas that were added
 * @param shrunk replicas that were taken away, as positive numbers
 */
record Memory(List<Entry> wanted, List<Entry> grown, List<Entry> shrunk) {
  static final Memory EMPTY = new Memory(List.of(), List.of(), List.of());

  /** Entries of a list; older ones go first. An hour at one every fifteen seconds is 240. */
  private static final int ENTRIES_MAX = 512;

  /** A number and when it was. */
  record Entry(int replicas, Instant at) {}

  Memory {
    wanted = List.copyOf(wanted);
    grown = List.copyOf(grown);
    shrunk = List.copyOf(shrunk);
  }

  /** With a first recommendation where there is none: what there was when it began. */
  Memory begun(int current, Instant now) {
    return wanted.isEmpty() ? new Memory(List.of(new Entry(current, now)), grown, shrunk) : this;
  }

  /**
   * With a recommendation.
   *
   * @param kept how long recommendations are of use
   */
  Memory wanting(int replicas, Duration kept, Instant now) {
    return new Memory(with(wanted, replicas, kept, now), grown, shrunk);
  }

  /**
   * With a change of replicas.
   *
   * @param kept how long changes are of use
   */
  Memory changed(int before, int after, Duration kept, Instant now) {
    return after > before
        ? new Memory(wanted, with(grown, after - before, kept, now), shrunk)
        : new Memory(wanted, grown, with(shrunk, before - after, kept, now));
  }

  private static List<Entry> with(List<Entry> list, int replicas, Duration kept, Instant now) {
    List<Entry> next = new ArrayList<>();
    for (Entry entry : list) {
      if (!entry.at().isBefore(now.minus(kept))) {
        next.add(entry);
      }
    }
    next.add(new Entry(replicas, now));
    return next.size() > ENTRIES_MAX ? next.subList(next.size() - ENTRIES_MAX, next.size()) : next;
  }

  /** The sum of what happened within a period. */
  static int sum(List<Entry> changes, Duration period, Instant now) {
    return changes.stream()
        .filter(change -> change.at().isAfter(now.minus(period)))
        .mapToInt(Entry::replicas)
        .sum();
  }
}

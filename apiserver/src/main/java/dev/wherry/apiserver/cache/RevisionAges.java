package dev.wherry.apiserver.cache;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Tells which revisions are so old that watches need not come back to them. One thread. */
final class RevisionAges {
  /** etcd keeps five minutes, and the next five until it compacts. */
  static final Duration KEPT = Duration.ofMinutes(10);

  /** One revision is noted in so long: at most ten are known. */
  private static final Duration NOTED = Duration.ofMinutes(1);

  private final LongSupplier nanoClock;
  private final ArrayDeque<Note> notes = new ArrayDeque<>();

  private record Note(long nanos, long revision) {}

  /**
   * @param nanoClock as {@link System#nanoTime}
   */
  RevisionAges(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** The revision is new now; returns the newest one that has become old, if any has. */
  OptionalLong passed(long revision) {
    long now = nanoClock.getAsLong();
    Note last = notes.peekLast();
    if (last != null && now - last.nanos() < NOTED.toNanos()) {
      return OptionalLong.empty();
    }
    notes.add(new Note(now, revision));
    OptionalLong old = OptionalLong.empty();
    for (Note first = notes.getFirst();
        now - first.nanos() >= KEPT.toNanos();
        first = notes.getFirst()) {
      old = OptionalLong.of(notes.remove().revision());
    }
    return old;
  }
}

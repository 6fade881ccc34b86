package dev.wherry.apiserver.fairness;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The seats of a level that are in use and the requests that wait, in one word. Any thread. */
final class SeatCount {
  private static final int WAITING_SHIFT = 32;
  private static final long ONE_WAITING = 1L << WAITING_SHIFT;

  /** Seats in use in the low half, waiting requests in the high half. */
  private final AtomicLong state = new AtomicLong();

  private final AtomicInteger lent = new AtomicInteger();
  private final AtomicInteger borrowed = new AtomicInteger();

  int inUse() {
    return (int) state.get();
  }

  int waiting() {
    return (int) (state.get() >>> WAITING_SHIFT);
  }

  /**
   * Takes seats if there are so many.
   *
   * @param ofWaiting whether for a request that waits: others let it pass
   */
  boolean take(int wanted, int limit, boolean ofWaiting) {
    while (true) {
      long now = state.get();
      boolean behind = now >>> WAITING_SHIFT > 0 && !ofWaiting;
      if (behind || (int) now + wanted > limit) {
        return false;
      }
      if (state.compareAndSet(now, now + wanted)) {
        return true;
      }
    }
  }

  /** Takes seats whether there are so many or not. */
  void force(int seats) {
    state.addAndGet(seats);
  }

  /** Gives seats back; returns whether anybody waits. */
  boolean giveBack(int seats) {
    return state.addAndGet(-seats) >>> WAITING_SHIFT > 0;
  }

  void beginWaiting() {
    state.addAndGet(ONE_WAITING);
  }

  void endWaiting() {
    state.addAndGet(-ONE_WAITING);
  }

  /** Takes seats for another level, of those that may be lent. */
  boolean lend(int wanted, int limit, int lendable) {
    if (!reserve(lent, wanted, lendable)) {
      return false;
    }
    if (take(wanted, limit, false)) {
      return true;
    }
    lent.addAndGet(-wanted);
    return false;
  }

  /** Takes back what was lent. */
  void takeBack(int seats) {
    lent.addAndGet(-seats);
  }

  /** Notes seats of another level, of those that may be borrowed. */
  boolean beginBorrowing(int wanted, int borrowable) {
    return reserve(borrowed, wanted, borrowable);
  }

  void endBorrowing(int seats) {
    borrowed.addAndGet(-seats);
  }

  private static boolean reserve(AtomicInteger count, int wanted, int limit) {
    while (true) {
      int now = count.get();
      if (now + wanted > limit) {
        return false;
      }
      if (count.compareAndSet(now, now + wanted)) {
        return true;
      }
    }
  }
}

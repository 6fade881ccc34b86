package dev.wherry.apiserver.fairness;

import dev.wherry.apiserver.fairness.FairQueues.Queuing;
import dev.wherry.apiserver.fairness.FairQueues.Waiter;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A priority level at work: its seats, and who waits for them. While there are free seats a request
 * costs two atomic additions. A full level borrows what others may lend and do not use; upstream
 * moves such seats every ten seconds, here each is lent for one request.
 */
final class PriorityLevel {
  /** How long a request waits (upstream: a quarter of the request timeout). */
  static final Duration WAIT_MAX = Duration.ofSeconds(15);

  private static final int RETRY_AFTER_SECONDS = 1;

  private volatile Settings settings;

  private final SeatCount count = new SeatCount();
  private final LongAdder rejected = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private FairQueues queues;

  /**
   * What a level is told.
   *
   * @param exempt whether nothing is limited
   * @param seats of its own
   * @param lendable of these, seats that others may use
   * @param borrowable seats of others that it may use
   * @param lenders whom it may ask
   */
  record Settings(
      String uid,
      boolean exempt,
      int seats,
      int lendable,
      int borrowable,
      Queuing queuing,
      List<PriorityLevel> lenders) {}

  PriorityLevel(Settings settings) {
    this.settings = settings;
    this.queues = new FairQueues(settings.queuing());
  }

  String uid() {
    return settings.uid();
  }

  int seats() {
    return settings.seats();
  }

  boolean exempt() {
    return settings.exempt();
  }

  int seatsInUse() {
    return count.inUse();
  }

  int waiting() {
    return count.waiting();
  }

  long rejected() {
    return rejected.sum();
  }

  /** Who waits goes on waiting in the new queues. */
  void configure(Settings next) {
    lock.lock();
    try {
      settings = next;
      if (!queues.queuing().equals(next.queuing()) && next.queuing().queues() > 0) {
        FairQueues before = queues;
        queues = new FairQueues(next.queuing());
        for (Waiter waiter : before.drain()) {
          count.endWaiting();
          // Its turn comes at once: a change of configuration is rare, a queue is bounded.
          count.force(waiter.seats());
          waiter.seated().complete(this);
        }
      }
      dispatch();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes seats, waiting for them if it must.
   *
   * @param flow decides on the queue; asked only when there is one
   * @param wanted seats; never more than the level has
   * @throws ApiException 429 when there is no room to wait in, or the wait was too long
   */
  Seat enter(LongSupplier flow, int wanted) {
    Settings now = settings;
    if (now.exempt()) {
      return Seat.FREE;
    }
    int seats = Math.max(1, Math.min(wanted, now.seats()));
    if (take(seats, false)) {
      return () -> giveBack(seats);
    }
    if (now.queuing().queues() == 0) {
      Optional<PriorityLevel> lender = waiting() == 0 ? borrow(now, seats) : Optional.empty();
      return lender.map(from -> seat(from, seats)).orElseThrow(() -> refuse());
    }
    return await(flow.getAsLong(), seats);
  }

  private Seat await(long flow, int seats) {
    Waiter waiter;
    lock.lock();
    try {
      Optional<Waiter> added = queues.add(flow, seats);
      if (added.isEmpty()) {
        throw refuse();
      }
      waiter = added.get();
      count.beginWaiting();
      dispatch();
    } finally {
      lock.unlock();
    }
    try {
      return seated(waiter, waiter.seated().get(WAIT_MAX.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return giveUp(waiter);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return giveUp(waiter);
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiters are never failed", e);
    }
  }

  private Seat giveUp(Waiter waiter) {
    lock.lock();
    try {
      if (queues.remove(waiter)) {
        count.endWaiting();
        throw refuse();
      }
    } finally {
      lock.unlock();
    }
    return seated(waiter, waiter.seated().join());
  }

  private ApiException refuse() {
    rejected.increment();
    return ApiException.tooManyRequests(
        "Too many requests, please try again later.", RETRY_AFTER_SECONDS);
  }

  private Seat seated(Waiter waiter, PriorityLevel from) {
    Seat seat = seat(from, waiter.seats());
    long began = System.nanoTime();
    return () -> {
      lock.lock();
      try {
        queues.ended(waiter, System.nanoTime() - began);
      } finally {
        lock.unlock();
      }
      seat.close();
    };
  }

  private Seat seat(PriorityLevel from, int seats) {
    return from == this ? () -> giveBack(seats) : () -> giveBackBorrowed(from, seats);
  }

  private void giveBackBorrowed(PriorityLevel from, int seats) {
    count.endBorrowing(seats);
    from.count.takeBack(seats);
    from.giveBack(seats);
    wakeWaiting(count.waiting() > 0);
  }

  private void giveBack(int seats) {
    wakeWaiting(count.giveBack(seats));
  }

  /** Who begins to wait counts up first and looks for seats then, so nobody is missed. */
  private void wakeWaiting(boolean waiting) {
    if (waiting) {
      lock.lock();
      try {
        dispatch();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Seats whoever is next, as long as there are seats; under the lock. */
  private void dispatch() {
    Settings now = settings;
    for (Optional<Waiter> next = queues.next(); next.isPresent(); next = queues.next()) {
      int seats = next.get().seats();
      Optional<PriorityLevel> from = take(seats, true) ? Optional.of(this) : borrow(now, seats);
      if (from.isEmpty()) {
        return;
      }
      count.endWaiting();
      queues.seat(next.get(), from.get());
    }
  }

  private boolean take(int wanted, boolean ofWaiting) {
    return count.take(wanted, settings.seats(), ofWaiting);
  }

  private Optional<PriorityLevel> borrow(Settings now, int wanted) {
    if (!count.beginBorrowing(wanted, now.borrowable())) {
      return Optional.empty();
    }
    for (PriorityLevel lender : now.lenders()) {
      if (lender != this && lender.lend(wanted)) {
        return Optional.of(lender);
      }
    }
    count.endBorrowing(wanted);
    return Optional.empty();
  }

  private boolean lend(int wanted) {
    Settings now = settings;
    return count.lend(wanted, now.seats(), now.lendable());
  }
}

package dev.wherry.apiserver.fairness;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The requests of one level that wait for a seat. Queues are served by virtual finish time, which
 * grows with the seats and the time that a queue's requests take: a flow that asks for more than
 * its share falls behind the others (start-time fair queuing; upstream: fairqueuing/queueset).
 *
 * <p>Touched only under its level's lock.
 */
final class FairQueues {
  /** What a request is taken to need until it has ended. */
  private static final double ESTIMATE_SECONDS = 0.003;

  private static final double NANOS_PER_SECOND = 1e9;

  private final Queuing queuing;
  private final Map<Integer, FlowQueue> queues = new HashMap<>();
  private final List<FlowQueue> waiting = new ArrayList<>();
  private double now;

  /**
   * How a level's requests wait.
   *
   * @param queues 0 when they do not
   * @param handSize queues of one flow
   * @param lengthMax requests of one queue; more are refused
   */
  record Queuing(int queues, int handSize, int lengthMax) {
    static final Queuing NONE = new Queuing(0, 0, 0);
  }

  /** One queue. */
  private static final class FlowQueue {
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private double finish;
  }

  /** A request that waits; completed with the level that gives the seats. */
  static final class Waiter {
    private final FlowQueue queue;
    private final int seats;
    private final CompletableFuture<PriorityLevel> seated = new CompletableFuture<>();

    private Waiter(FlowQueue queue, int seats) {
      this.queue = queue;
      this.seats = seats;
    }

    int seats() {
      return seats;
    }

    CompletableFuture<PriorityLevel> seated() {
      return seated;
    }
  }

  FairQueues(Queuing queuing) {
    this.queuing = queuing;
  }

  Queuing queuing() {
    return queuing;
  }

  /** Empty when the shortest queue of the flow's hand is full. */
  Optional<Waiter> add(long flow, int seats) {
    FlowQueue shortest = null;
    for (int index : ShuffleSharding.deal(flow, queuing.queues(), queuing.handSize())) {
      FlowQueue queue = queues.computeIfAbsent(index, i -> new FlowQueue());
      if (shortest == null || queue.waiters.size() < shortest.waiters.size()) {
        shortest = queue;
      }
    }
    if (shortest == null || shortest.waiters.size() >= queuing.lengthMax()) {
      return Optional.empty();
    }
    Waiter waiter = new Waiter(shortest, seats);
    if (shortest.waiters.isEmpty()) {
      waiting.add(shortest);
    }
    shortest.waiters.add(waiter);
    return Optional.of(waiter);
  }

  /** Who is next. */
  Optional<Waiter> next() {
    FlowQueue best = null;
    for (FlowQueue queue : waiting) {
      if (best == null || finish(queue) < finish(best)) {
        best = queue;
      }
    }
    return best == null ? Optional.empty() : Optional.of(best.waiters.getFirst());
  }

  private double finish(FlowQueue queue) {
    return Math.max(queue.finish, now) + queue.waiters.getFirst().seats * ESTIMATE_SECONDS;
  }

  /** Takes the next one out because it has its seats. */
  void seat(Waiter waiter, PriorityLevel from) {
    FlowQueue queue = waiter.queue;
    now = Math.max(queue.finish, now);
    queue.finish = now + waiter.seats * ESTIMATE_SECONDS;
    remove(waiter);
    waiter.seated.complete(from);
  }

  /** Whether it was still waiting. */
  boolean remove(Waiter waiter) {
    boolean was = waiter.queue.waiters.remove(waiter);
    if (was && waiter.queue.waiters.isEmpty()) {
      waiting.remove(waiter.queue);
    }
    return was;
  }

  /** A request ended: its queue pays what it took. */
  void ended(Waiter waiter, long nanos) {
    waiter.queue.finish += waiter.seats * (nanos / NANOS_PER_SECOND - ESTIMATE_SECONDS);
    if (waiting.isEmpty()) {
      // Nobody competes: what was before does not count.
      queues.clear();
      now = 0;
    }
  }

  /** All that wait, in no order; they are forgotten here. */
  List<Waiter> drain() {
    List<Waiter> all = new ArrayList<>();
    waiting.forEach(queue -> all.addAll(queue.waiters));
    waiting.clear();
    queues.clear();
    return all;
  }
}

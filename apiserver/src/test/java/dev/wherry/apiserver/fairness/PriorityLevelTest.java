package dev.wherry.apiserver.fairness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.fairness.FairQueues.Queuing;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Seats and queues of a level, with real threads. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PriorityLevelTest {
  private static final Queuing ONE_QUEUE = new Queuing(1, 1, 2);

  private static PriorityLevel level(int seats, Queuing queuing) {
    return level(seats, 0, queuing, List.of());
  }

  private static PriorityLevel level(
      int seats, int lendable, Queuing queuing, List<PriorityLevel> lenders) {
    return new PriorityLevel(
        new PriorityLevel.Settings("uid", false, seats, lendable, 1_000, queuing, lenders));
  }

  @Test
  void enter_fullAndRejecting_refusesWith429() {
    PriorityLevel level = level(1, Queuing.NONE);
    Seat first = level.enter(() -> 1, 1);

    ApiException refusal = assertThrows(ApiException.class, () -> level.enter(() -> 1, 1));
    assertEquals(429, refusal.code());
    assertEquals(1, refusal.details().retryAfterSeconds());
    assertEquals(1, level.rejected());
    first.close();
    level.enter(() -> 1, 1).close();
    assertEquals(0, level.seatsInUse());
  }

  @Test
  void enter_full_waitsForASeat() throws Exception {
    PriorityLevel level = level(1, ONE_QUEUE);
    Seat first = level.enter(() -> 1, 1);
    CompletableFuture<Seat> second = CompletableFuture.supplyAsync(() -> level.enter(() -> 1, 1));
    awaitWaiting(level, 1);
    CompletableFuture<Seat> third = CompletableFuture.supplyAsync(() -> level.enter(() -> 1, 1));
    awaitWaiting(level, 2);

    assertThrows(ApiException.class, () -> level.enter(() -> 1, 1), "the queue holds two");
    first.close();
    second.get(120, TimeUnit.SECONDS).close();
    third.get(120, TimeUnit.SECONDS).close();
    assertEquals(0, level.seatsInUse());
    assertEquals(0, level.waiting());
  }

  private static void awaitWaiting(PriorityLevel level, int count) {
    while (level.waiting() < count) {
      Thread.onSpinWait();
    }
  }

  @Test
  void enter_widerThanTheLevel_takesAllOfIt() {
    PriorityLevel level = level(3, Queuing.NONE);
    Seat seat = level.enter(() -> 1, 10);
    assertEquals(3, level.seatsInUse());
    seat.close();
  }

  @Test
  void enter_full_borrowsWhatOthersLend() {
    PriorityLevel lender = level(4, 2, Queuing.NONE, List.of());
    PriorityLevel level = level(1, 0, Queuing.NONE, List.of(lender));
    List<Seat> seats = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      seats.add(level.enter(() -> 1, 1));
    }
    assertThrows(ApiException.class, () -> level.enter(() -> 1, 1), "two are lendable");
    assertEquals(2, lender.seatsInUse());
    seats.forEach(Seat::close);
    assertEquals(0, lender.seatsInUse());
    assertEquals(0, level.seatsInUse());
  }

  @Test
  void enter_manyThreads_neverMoreThanTheSeats() throws Exception {
    PriorityLevel level = level(4, new Queuing(8, 3, 1_000));
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(64);
    for (int i = 0; i < 64; i++) {
      long flow = i;
      Thread.startVirtualThread(() -> {
        for (int turn = 0; turn < 200; turn++) {
          try (Seat _ = level.enter(() -> flow, 1)) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            if (ThreadLocalRandom.current().nextInt(4) == 0) {
              Thread.yield();
            }
            running.decrementAndGet();
          }
        }
        ended.countDown();
      });
    }
    assertTrue(ended.await(240, TimeUnit.SECONDS));
    assertTrue(most.get() <= 4, "at a time: " + most);
    assertEquals(0, level.seatsInUse());
    assertEquals(0, level.waiting());
  }

  /** One flow has fifty waiting when the other's first comes: it is served next but one. */
  @Test
  void next_busyFlow_doesNotKeepTheOtherWaiting() {
    FairQueues queues = new FairQueues(new Queuing(64, 1, 50));
    PriorityLevel level = level(1, Queuing.NONE);
    long quiet = 8;
    List<FairQueues.Waiter> busy = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      busy.add(queues.add(2, 1).orElseThrow());
    }
    assertTrue(queues.add(2, 1).isEmpty(), "the queue is full");
    for (int i = 0; i < 10; i++) {
      queues.seat(queues.next().orElseThrow(), level);
    }
    FairQueues.Waiter other = queues.add(quiet, 1).orElseThrow();
    List<FairQueues.Waiter> served = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 2; i++) {
      FairQueues.Waiter next = queues.next().orElseThrow();
      served.add(next);
      queues.seat(next, level);
    }
    assertTrue(served.contains(other));
  }

  @Test
  void deal_hands_areDifferentQueuesInRange() {
    for (long flow = 0; flow < 1_000; flow++) {
      int[] hand = ShuffleSharding.deal(flow * 0x9E3779B97F4A7C15L, 16, 4);
      assertEquals(4, Arrays.stream(hand).distinct().count(), Arrays.toString(hand));
      assertTrue(Arrays.stream(hand).allMatch(queue -> queue >= 0 && queue < 16));
    }
    assertNotEquals(
        Arrays.toString(ShuffleSharding.deal(0x9E3779B97F4A7C15L, 128, 6)),
        Arrays.toString(ShuffleSharding.deal(0x1234567890ABCDEFL, 128, 6)));
  }
}

package dev.wherry.scheduler.queue;

import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.plugins.PrioritySort;
import dev.wherry.scheduler.view.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchedulingQueueTest {
  private static final Instant T0 = Instant.ofEpochSecond(1_000);
  private static final Set<String> FIT = Set.of("NodeResourcesFit");

  private final SchedulingQueue queue =
      new SchedulingQueue(
          new PrioritySort().order(),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          new SchedulingQueue.Hints() {
            @Override
            public Set<ClusterEvent> events(String plugin) {
              return plugin.equals("NodeResourcesFit")
                  ? Set.of(ClusterEvent.NODE_ADDED, ClusterEvent.ASSIGNED_POD_GONE)
                  : Set.of();
            }

            @Override
            public boolean mayHelp(String plugin, PodView waiting, PodEvent event) {
              return event.about().priority() == 0;
            }
          });

  @Test
  void poll_priorityThenAge_decideTheOrder() {
    queue.offer(pod("young").created(2).build(), T0);
    queue.offer(pod("old").created(1).build(), T0);
    queue.offer(pod("important").priority(10).created(3).build(), T0);

    assertEquals("important", next(T0));
    assertEquals("old", next(T0));
    assertEquals("young", next(T0));
    assertEquals(Optional.empty(), queue.poll(T0));
  }

  @Test
  void happened_eventThatHelps_bringsThePodBackAfterItsBackOff() {
    PodView pod = failOnce();
    queue.happened(ClusterEvent.NODE_LABELS, T0);
    assertEquals(Optional.empty(), queue.poll(T0.plusSeconds(60)));

    queue.happened(ClusterEvent.NODE_ADDED, T0.plusMillis(100));
    queue.offer(pod("young").created(9).build(), T0);
    assertEquals("young", next(T0.plusMillis(999)));
    queue.offer(pod("younger").created(10).build(), T0);
    assertEquals(pod.key(), queue.poll(T0.plusMillis(1_000)).orElseThrow().key());
  }

  @Test
  void happened_eventThatHelps_nobodyElseReady_triesThePodAtOnce() {
    PodView pod = failOnce();
    queue.happened(ClusterEvent.NODE_ADDED, T0.plusMillis(100));
    assertTrue(queue.hasReady());
    assertEquals(pod.key(), queue.poll(T0.plusMillis(100)).orElseThrow().key());
  }

  @Test
  void happened_aboutAPodThatDoesNotMatter_changesNothing() {
    failOnce();
    Instant later = T0.plusSeconds(5);
    queue.happened(gone(pod("other").priority(1).build()), later);
    assertEquals(Optional.empty(), queue.poll(later));

    queue.happened(gone(pod("this").build()), later);
    assertTrue(queue.poll(later).isPresent());
  }

  @Test
  void wake_unschedulable_isTriedWithoutAnEvent() {
    PodView pod = failOnce();
    queue.wake(pod.key(), T0.plusSeconds(5));

    assertTrue(queue.poll(T0.plusSeconds(5)).isPresent());
  }

  @Test
  void holdBack_polledPod_waitsToBeWokenAndLosesNoTime() {
    PodView pod = failOnce();
    queue.wake(pod.key(), T0.plusSeconds(1));
    queue.poll(T0.plusSeconds(1));
    queue.holdBack(pod.key());
    queue.happened(ClusterEvent.NODE_ADDED, T0.plusSeconds(2));
    assertEquals(Optional.empty(), queue.poll(T0.plusSeconds(2)));

    queue.wake(pod.key(), T0.plusSeconds(2));
    assertTrue(queue.poll(T0.plusSeconds(2)).isPresent());
  }

  @Test
  void happened_duringTheCycle_isNotLost() {
    PodView pod = pod("p").build();
    queue.offer(pod, T0);
    queue.poll(T0);
    queue.happened(ClusterEvent.ASSIGNED_POD_GONE, T0);
    queue.unschedulable(pod.key(), FIT, T0);

    assertTrue(queue.poll(T0.plusSeconds(1)).isPresent());
  }

  @Test
  void poll_unschedulableForLong_triesWithoutAnyEvent() {
    failOnce();

    assertEquals(Optional.of(T0.plus(SchedulingQueue.UNSCHEDULABLE_MAX)), queue.nextDue());
    assertTrue(queue.poll(T0.plus(SchedulingQueue.UNSCHEDULABLE_MAX)).isPresent());
  }

  @Test
  void retry_againAndAgain_waitsLongerUpToTheMost() {
    PodView pod = pod("p").build();
    queue.offer(pod, T0);
    Instant now = T0;
    for (long seconds : new long[] {1, 2, 4, 8, 10, 10}) {
      assertTrue(queue.poll(now).isPresent());
      queue.retry(pod.key(), now);
      assertEquals(Optional.of(now.plusSeconds(seconds)), queue.nextDue());
      now = now.plusSeconds(seconds);
    }
  }

  @Test
  void offer_changedWhileUnschedulable_isTriedAgain() {
    failOnce();
    queue.offer(pod("p").tolerates("x").build(), T0.plusSeconds(5));

    assertTrue(queue.poll(T0.plusSeconds(5)).isPresent());
  }

  @Test
  void remove_inEveryPlace_leavesNothing() {
    PodView pod = failOnce();
    queue.remove(pod.key());

    assertEquals(0, queue.size());
    assertEquals(Optional.empty(), queue.nextDue());
  }

  private static PodEvent gone(PodView pod) {
    return new PodEvent(ClusterEvent.ASSIGNED_POD_GONE, pod, Optional.empty(), List.of());
  }

  private PodView failOnce() {
    PodView pod = pod("p").build();
    queue.offer(pod, T0);
    queue.poll(T0);
    queue.unschedulable(pod.key(), FIT, T0);
    return pod;
  }

  private String next(Instant now) {
    return queue.poll(now).orElseThrow().key().name();
  }
}

package dev.wherry.machinery.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.time.FakeTimer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
  private final FakeTimer timer = new FakeTimer();
  private final WorkQueue<String> queue = new WorkQueue<>(timer);

  @Test
  void add_sameKeyTwice_isTakenOnce() throws Exception {
    queue.add("a");
    queue.add("b");
    queue.add("a");

    assertEquals(Optional.of("a"), queue.take());
    assertEquals(Optional.of("b"), queue.take());
    assertEquals(0, queue.size());
  }

  @Test
  void add_whileProcessed_comesBackAfterDone() throws Exception {
    queue.add("a");
    queue.take();
    queue.add("a");
    queue.add("b");

    assertEquals(Optional.of("b"), queue.take());
    queue.done("a");
    assertEquals(Optional.of("a"), queue.take());
  }

  @Test
  void figures_tellOfWaitsWorkAndRetries() throws Exception {
    NamedQueues queues = new NamedQueues();
    queues.named("things", queue);
    queue.add("a");
    queue.add("a");
    queue.add("b");
    timer.advance(Duration.ofSeconds(2));
    queue.take();
    timer.advance(Duration.ofSeconds(3));
    queue.done("a");
    queue.take();
    timer.advance(Duration.ofSeconds(7));
    queue.add("b");
    queue.addRateLimited("c");

    QueueFigures figures = queues.figures().get("things");
    assertEquals(0, figures.depth(), "b is with a worker, c comes later");
    assertEquals(3, figures.adds());
    assertEquals(1, figures.retries());
    assertEquals(Duration.ofSeconds(2 + 5).toNanos(), figures.waited().sumNanos());
    assertEquals(Duration.ofSeconds(3).toNanos(), figures.worked().sumNanos());
    assertEquals(Duration.ofSeconds(7).toNanos(), figures.longestNanos());
    assertEquals(figures.longestNanos(), figures.unfinishedNanos());
    long[] waits = figures.waited().cumulative();
    assertEquals(0, waits[8], "within a second");
    assertEquals(2, waits[9], "within ten");
  }

  @Test
  void addAfter_earlierTimeWins() throws Exception {
    queue.addAfter("a", Duration.ofSeconds(10));
    queue.addAfter("a", Duration.ofSeconds(2));
    queue.addAfter("a", Duration.ofSeconds(5));

    timer.advance(Duration.ofSeconds(1));
    assertEquals(0, queue.size());
    timer.advance(Duration.ofSeconds(1));
    assertEquals(Optional.of("a"), queue.take());
    queue.done("a");
    timer.advance(Duration.ofSeconds(60));
    assertEquals(0, queue.size());
  }

  @Test
  void addRateLimited_failuresDouble_forgetStartsAnew() {
    for (int millis : new int[] {5, 10, 20, 40}) {
      queue.addRateLimited("a");
      timer.advance(Duration.ofMillis(millis - 1));
      assertEquals(0, queue.size(), "before " + millis);
      timer.advance(Duration.ofMillis(1));
      assertEquals(1, queue.size(), "after " + millis);
      drain();
    }
    assertEquals(4, queue.failures("a"));
    queue.forget("a");
    queue.addRateLimited("a");
    timer.advance(Duration.ofMillis(5));
    assertEquals(1, queue.size());
  }

  @Test
  void addRateLimited_manyKeys_areHeldToTheBucket() {
    for (int i = 0; i < 120; i++) {
      queue.addRateLimited("k" + i);
    }
    timer.advance(Duration.ofMillis(5));
    assertEquals(100, queue.size());
    timer.advance(Duration.ofMillis(1_000));
    assertEquals(110, queue.size());
  }

  @Test
  void add_full_waitsForRoom() throws Exception {
    WorkQueue<String> small = new WorkQueue<>(timer, 1);
    small.add("a");
    small.add("a");
    AtomicBoolean through = new AtomicBoolean();
    Thread adder =
        Thread.ofVirtual()
            .start(() -> {
              small.add("b");
              through.set(true);
            });
    Eventually.await("adder waits", () -> adder.getState() == Thread.State.WAITING);
    assertTrue(!through.get());
    assertEquals(Optional.of("a"), small.take());
    Eventually.await("adder got through", through::get);
    assertEquals(Optional.of("b"), small.take());
  }

  @Test
  void close_waitingWorker_getsNothing() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    Thread.ofVirtual()
        .start(() -> {
          try {
            ended.set(queue.take().isEmpty());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    queue.close();
    Eventually.await("worker ended", ended::get);
  }

  private void drain() {
    try {
      queue.done(queue.take().orElseThrow());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

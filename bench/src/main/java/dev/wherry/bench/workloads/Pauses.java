package dev.wherry.bench.workloads;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long nothing happened: a thread that sleeps for a millisecond notes how much longer it was,
 * which is the collector, the compiler or the machine; another notes the longest answer to a
 * question asked every five milliseconds.
 */
public final class Pauses implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(1);
  private static final Duration QUESTION = Duration.ofMillis(5);

  private final AtomicLong longestTickNanos = new AtomicLong();
  private final AtomicLong longestAnswerNanos = new AtomicLong();
  private final Thread ticks;
  private final Thread questions;

  private Pauses(Runnable question) {
    this.ticks = thread("pauses", () -> {}, TICK, longestTickNanos);
    this.questions = thread("questions", question, QUESTION, longestAnswerNanos);
  }

  /** Begins; the question is asked until the end. */
  public static Pauses start(Runnable question) {
    Pauses pauses = new Pauses(question);
    pauses.ticks.start();
    pauses.questions.start();
    return pauses;
  }

  /** What is longer than the sleep itself. */
  private static Thread thread(String name, Runnable work, Duration sleep, AtomicLong longest) {
    return Thread.ofPlatform()
        .name(name)
        .daemon()
        .unstarted(() -> {
          try {
            while (true) {
              long start = System.nanoTime();
              Thread.sleep(sleep);
              work.run();
              long beyond = System.nanoTime() - start - sleep.toNanos();
              longest.accumulateAndGet(beyond, Math::max);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** The longest of both so far. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "longest pause %.1f ms, longest answer %.1f ms",
        longestTickNanos.get() / 1e6,
        longestAnswerNanos.get() / 1e6);
  }

  @Override
  public void close() throws InterruptedException {
    ticks.interrupt();
    questions.interrupt();
    ticks.join();
    questions.join();
  }
}

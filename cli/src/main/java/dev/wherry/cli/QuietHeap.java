package dev.wherry.cli;

import dev.wherry.machinery.time.Timer;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Gives memory back once the program has come to rest. The serial collector shrinks the heap only
 * after a whole collection, and a program at rest never fills the heap so far that it needs one:
 * what its start left behind would stay. One virtual thread, one look a minute.
 *
 * @param thread looks
 */
record QuietHeap(Thread thread) implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(QuietHeap.class.getName());
  static final Duration LOOK = Duration.ofMinutes(1);

  /** Of a processor, between two looks: busier, the collector comes by itself. */
  private static final double REST_LOAD = 0.05;

  /** Less is not worth a collection, which takes as long as the heap is large. */
  private static final long WORTH_BYTES = 12L << 20;

  /**
   * What a look finds.
   *
   * @param committedBytes of the heap
   * @param usedBytes of it, what nobody needs any more included
   * @param processor time of the process since it began
   */
  record Figures(long committedBytes, long usedBytes, Duration processor) {
    static Figures now() {
      Runtime runtime = Runtime.getRuntime();
      long committed = runtime.totalMemory();
      Duration processor = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
      return new Figures(committed, committed - runtime.freeMemory(), processor);
    }
  }

  static QuietHeap start(Timer timer) {
    return new QuietHeap(Thread.ofVirtual().name("quiet-heap").start(() -> run(timer)));
  }

  private static void run(Timer timer) {
    Figures before = Figures.now();
    Figures left = new Figures(0, 0, Duration.ZERO);
    try {
      while (true) {
        timer.pause(LOOK);
        Figures now = Figures.now();
        if (isWorth(before, now, left)) {
          System.gc();
          left = Figures.now();
          LOG.log(
              Level.DEBUG,
              "heap given back from={0} to={1}",
              now.committedBytes(),
              left.committedBytes());
        }
        before = now;
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "the heap is looked at no longer");
    }
  }

  /**
   * Whether a collection gives enough back.
   *
   * @param before one look ago
   * @param left by the last collection
   */
  static boolean isWorth(Figures before, Figures now, Figures left) {
    Duration busy = now.processor().minus(before.processor());
    return busy.toNanos() < LOOK.toNanos() * REST_LOAD
        && (now.usedBytes() - left.usedBytes() >= WORTH_BYTES
            || now.committedBytes() - left.committedBytes() >= WORTH_BYTES);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

package dev.wherry.bench.store;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Many writers, each waiting for its answer before the next write. */
final class Load {
  /** Keys of one writer, written in turn. */
  private static final int KEYS_PER_WRITER = 100;

  private static final int LATENCIES_KEPT = 1 << 20;

  private Load() {}

  /**
   * What came of one run.
   *
   * @param cpuMicros CPU time of the serving process per write
   */
  record Result(double putsPerSecond, long p50Micros, long p99Micros, double cpuMicros) {}

  static Result run(Target target, int writers, int valueBytes, Duration time)
      throws InterruptedException {
    byte[] value = new byte[valueBytes];
    Arrays.fill(value, (byte) 'v');
    long[][] latencies = new long[writers][];
    CountDownLatch done = new CountDownLatch(writers);
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    long cpu = target.processCpuNanos().getAsLong();
    long start = System.nanoTime();
    long end = start + time.toNanos();
    for (int w = 0; w < writers; w++) {
      int writer = w;
      Thread.ofVirtual()
          .start(() -> {
            try {
              latencies[writer] = write(target, writer, writers, value, end);
            } catch (RuntimeException e) {
              failure.set(e);
            } finally {
              done.countDown();
            }
          });
    }
    done.await();
    long took = System.nanoTime() - start;
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return result(latencies, took, target.processCpuNanos().getAsLong() - cpu);
  }

  private static long[] write(Target target, int writer, int writers, byte[] value, long end) {
    long[] latencies = new long[LATENCIES_KEPT / writers];
    int count = 0;
    long before = System.nanoTime();
    while (before < end && count < latencies.length) {
      String key = "/registry/core/pods/bench/" + writer + "-" + count % KEYS_PER_WRITER;
      target.put().put(key, value);
      long after = System.nanoTime();
      latencies[count++] = after - before;
      before = after;
    }
    return Arrays.copyOf(latencies, count);
  }

  private static Result result(long[][] latencies, long tookNanos, long cpuNanos) {
    long[] all = Arrays.stream(latencies).flatMapToLong(Arrays::stream).sorted().toArray();
    return new Result(
        all.length * 1e9 / tookNanos,
        all[all.length / 2] / 1_000,
        all[(int) (all.length * 0.99)] / 1_000,
        cpuNanos / 1e3 / all.length);
  }
}

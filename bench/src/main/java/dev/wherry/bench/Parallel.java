package dev.wherry.bench;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;

/** Many calls, a bounded number of them under way. */
public final class Parallel {
  private Parallel() {}

  /** Calls with 0 to count - 1 and returns when all are done. */
  public static void run(int count, int inFlightMax, IntConsumer work) throws InterruptedException {
    Semaphore room = new Semaphore(inFlightMax);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int number = i;
        room.acquire();
        threads.execute(() -> {
          try {
            work.accept(number);
          } finally {
            room.release();
          }
        });
      }
    }
  }
}

package dev.wherry.controllers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Runs calls that do not wait for each other, and returns when all are through. */
@FunctionalInterface
public interface Batches {
  /** Calls of one batch that are under way at once. */
  int IN_FLIGHT_MAX = 500;

  void run(List<Runnable> calls) throws InterruptedException;

  /** Each on a virtual thread of its own, at most {@link #IN_FLIGHT_MAX} of them at once. */
  static Batches concurrent() {
    return calls -> {
      if (calls.size() == 1) {
        calls.getFirst().run();
        return;
      }
      Semaphore room = new Semaphore(IN_FLIGHT_MAX);
      List<Thread> threads = new ArrayList<>();
      for (Runnable call : calls) {
        room.acquire();
        threads.add(
            Thread.ofVirtual()
                .name("batch")
                .start(() -> {
                  try {
                    call.run();
                  } finally {
                    room.release();
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    };
  }

  /** One after the other, in their order. */
  static Batches sequential() {
    return calls -> calls.forEach(Runnable::run);
  }
}

package dev.wherry.controllers;

import java.util.ArrayList;
import java.util.List;

/** Runs calls that do not wait for each other, and returns when all are through. */
@FunctionalInterface
public interface Batches {
  void run(List<Runnable> calls) throws InterruptedException;

  /** Each on a virtual thread of its own. */
  static Batches concurrent() {
    return calls -> {
      if (calls.size() == 1) {
        calls.getFirst().run();
        return;
      }
      List<Thread> threads = new ArrayList<>();
      calls.forEach(call -> threads.add(Thread.ofVirtual().name("batch").start(call)));
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

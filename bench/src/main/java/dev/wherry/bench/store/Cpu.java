package dev.wherry.bench.store;

import java.time.Duration;

/** CPU time of processes. */
final class Cpu {
  private Cpu() {}

  static long own() {
    return of(ProcessHandle.current());
  }

  /** Nanoseconds, of all threads; 0 where the system does not tell. */
  static long of(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }
}

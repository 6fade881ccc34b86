package dev.wherry.machinery.informer;

import dev.wherry.machinery.time.Timer;
import java.time.Duration;
import java.time.Instant;

/** Pauses between attempts, longer each time; an attempt that held begins anew. */
final class Rests {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration MAX = Duration.ofSeconds(30);

  /** An attempt that held so long ends the back-off. */
  private static final Duration STEADY = Duration.ofSeconds(10);

  private final Timer timer;
  private Duration pause = FIRST;

  Rests(Timer timer) {
    this.timer = timer;
  }

  /**
   * @param started when the attempt that ended just now began
   */
  void after(Instant started) throws InterruptedException {
    if (Duration.between(started, timer.instant()).compareTo(STEADY) >= 0) {
      pause = FIRST;
    }
    Duration now = pause;
    pause = pause.multipliedBy(2).compareTo(MAX) > 0 ? MAX : pause.multipliedBy(2);
    timer.pause(now);
  }
}

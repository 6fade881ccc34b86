package dev.wherry.machinery.time;

import java.time.Duration;
import java.util.concurrent.Semaphore;

/** Lets a loop rest until a time has passed or somebody rings. One thread rests, any may ring. */
public final class Bell {
  private final Timer timer;
  private final Semaphore rung = new Semaphore(0);

  public Bell(Timer timer) {
    this.timer = timer;
  }

  /** Ends the present rest, or the next one at once. Never blocks. */
  public void ring() {
    rung.release();
  }

  /** Waits so long at most; all rings before count as one. */
  public void rest(Duration atMost) throws InterruptedException {
    Timer.Alarm alarm = timer.after(atMost, rung::release);
    try {
      rung.acquire();
      rung.drainPermits();
    } finally {
      alarm.cancel();
    }
  }
}

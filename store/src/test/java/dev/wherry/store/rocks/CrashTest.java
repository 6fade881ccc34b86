package dev.wherry.store.rocks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a writing process at random moments and proves that nothing acknowledged is lost or
 * reordered and that revisions never go back, those of the cheap class included.
 */
class CrashTest {
  private static final int LATEST_KILL_MILLIS = 400;

  @TempDir Path folder;

  @Test
  void kill_aFewTimes_losesNothing() throws Exception {
    killRepeatedly(8, 20_261_121L);
  }

  @Test
  @Tag("long")
  void kill_hundredsOfTimes_losesNothing() throws Exception {
    killRepeatedly(400, new Random().nextLong());
  }

  private void killRepeatedly(int times, long seed) throws Exception {
    Random random = new Random(seed);
    CrashLedger ledger = new CrashLedger();
    for (int round = 0; round < times; round++) {
      String where = "seed " + seed + " round " + round;
      Duration delay = Duration.ofMillis(random.nextInt(LATEST_KILL_MILLIS));
      Process writer = CrashLedger.start(folder);
      ledger.read(writer, () -> killAfter(writer, delay), where);
      try (Store store = RocksStore.open(folder, RocksStoreConfig.defaults())) {
        ledger.check(store, CrashLedger.Ending.KILLED, where);
      }
    }
    assertTrue(ledger.acknowledged() > times, "the writer got to write");
  }

  private static void killAfter(Process process, Duration delay) {
    pause(delay);
    // By the handle: the process object would close the pipe that still has lines in it.
    process.toHandle().destroyForcibly();
  }

  /** The random moment is the point here; nothing is waited for. */
  static void pause(Duration delay) {
    long end = System.nanoTime() + delay.toNanos();
    for (long left = delay.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}

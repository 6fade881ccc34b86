package dev.wherry.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.store.Entry;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import dev.wherry.store.WatchListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a writing process at random moments and proves that nothing acknowledged is lost or
 * reordered and that revisions never go back.
 */
class CrashTest {
  @TempDir Path folder;

  @Test
  void kill_aFewTimes_losesNothing() throws Exception {
    killRepeatedly(6, 20_261_121L);
  }

  @Test
  @Tag("long")
  void kill_hundredsOfTimes_losesNothing() throws Exception {
    killRepeatedly(300, new Random().nextLong());
  }

  private void killRepeatedly(int times, long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, Long> acknowledged = new HashMap<>();
    long highest = 0;
    for (int round = 0; round < times; round++) {
      String where = "seed " + seed + " round " + round;
      long seen = runAndKill(50 + random.nextInt(400), acknowledged, highest, where);
      highest = Math.max(highest, seen);
      check(acknowledged, highest, where);
    }
    assertTrue(acknowledged.size() > 1, "the writer got to write");
  }

  /** Returns the highest revision acknowledged. */
  private long runAndKill(int millis, Map<String, Long> acknowledged, long highest, String where)
      throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashWriter.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread killer = null;
    long last = highest;
    try (BufferedReader lines = writer.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (killer == null) {
          killer = Thread.ofVirtual().start(() -> killAfter(writer, millis));
        }
        String[] words = line.split(" ");
        if (words.length == 3 && words[2].equals(";")) {
          long revision = Long.parseLong(words[1]);
          assertTrue(revision > highest, where + ": " + revision + " after " + highest);
          acknowledged.merge(words[0], revision, Math::max);
          last = Math.max(last, revision);
        }
      }
    }
    assertTrue(writer.waitFor(30, TimeUnit.SECONDS), where);
    return last;
  }

  private static void killAfter(Process process, int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // By the handle: the process object would close the pipe that still has lines in it.
    process.toHandle().destroyForcibly();
  }

  private void check(Map<String, Long> acknowledged, long highest, String where) {
    try (Store store = RocksStore.open(folder, RocksStoreConfig.defaults())) {
      assertTrue(store.currentRevision() >= highest, where);
      acknowledged.forEach((key, revision) -> {
        Entry entry = store.get(key).orElseThrow(() -> new AssertionError(where + " " + key));
        assertTrue(entry.modRevision() >= revision, where + " " + key);
        Entry then = store.getAt(key, revision).orElseThrow();
        assertEquals(revision, then.modRevision(), where + " " + key);
        assertEquals(String.valueOf(then.version()), new String(then.value()), where);
      });
      long beyond = store.currentRevision() + 1_000_000;
      assertThrows(StoreException.FutureRevision.class, () -> store.getAt("/x", beyond));
      checkGap(store, highest, where);
    }
  }

  /** A revision that was reserved and never written is refused, not silently skipped. */
  private static void checkGap(Store store, long highest, String where) {
    long inGap = store.currentRevision() - 1;
    if (inGap > highest + 2_000) {
      assertThrows(StoreException.Compacted.class, () -> store.getAt("/w/0", inGap), where);
      assertThrows(StoreException.Compacted.class, () -> store.range("/", "~", inGap, 0), where);
      assertThrows(
          StoreException.Compacted.class,
          () ->
              store.watch(
                  "/",
                  "~",
                  inGap,
                  10,
                  new WatchListener() {
                    @Override
                    public void events(List<dev.wherry.store.Event> events) {}

                    @Override
                    public void ended(End reason) {}
                  }),
          where);
    }
  }
}

package dev.wherry.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.store.Entry;
import dev.wherry.store.Event;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import dev.wherry.store.WatchListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What {@link CrashWriter} said was done, and whether a store that is opened later agrees. */
final class CrashLedger {
  private record Ack(int writer, long revision, long count) {}

  private final Map<Integer, Ack> newestKept = new HashMap<>();
  private final Map<Integer, Ack> newestSeen = new HashMap<>();
  private final Set<Long> round = new HashSet<>();
  private long highest;
  private long highestSynced;
  private long acknowledged;

  /** How the writing process ended. */
  enum Ending {
    /** Nothing that was acknowledged may be missing. */
    KILLED,
    /** Cheap writes after the last synced one may be missing. */
    POWER_CUT
  }

  long acknowledged() {
    return acknowledged;
  }

  static Process start(Path folder) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            CrashWriter.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Reads acknowledgements to the end; runs {@code onFirst} once one has come. */
  void read(Process writer, Runnable onFirst, String where) throws Exception {
    round.clear();
    long before = highest;
    boolean first = true;
    try (BufferedReader lines = writer.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        if (words.length == 5 && words[4].equals(";")) {
          Ack ack =
              new Ack(
                  Integer.parseInt(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
          assertTrue(ack.revision() > before, where + ": " + line + " after " + before);
          note(ack, words[3].equals("SYNCED"), where);
          if (first) {
            Thread.ofPlatform().daemon().start(onFirst);
            first = false;
          }
        }
      }
    }
    assertTrue(writer.waitFor(120, TimeUnit.SECONDS), where);
  }

  private void note(Ack ack, boolean synced, String where) {
    Ack previous = newestSeen.put(ack.writer(), ack);
    if (previous != null) {
      assertTrue(ack.revision() > previous.revision(), where + ": " + ack + " after " + previous);
      assertTrue(ack.count() > previous.count(), where + ": " + ack + " after " + previous);
    }
    assertTrue(round.add(ack.revision()), where + ": revision given twice: " + ack);
    highest = Math.max(highest, ack.revision());
    highestSynced = synced ? Math.max(highestSynced, ack.revision()) : highestSynced;
    acknowledged++;
  }

  /** Compares a store that was opened after the end with what was acknowledged. */
  void check(Store store, Ending ending, String where) throws Exception {
    assertTrue(store.currentRevision() >= highest, where);
    long sure = ending == Ending.KILLED ? highest : highestSynced;
    for (Ack ack : newestSeen.values()) {
      if (ack.revision() <= sure) {
        newestKept.put(ack.writer(), ack);
      }
    }
    newestKept.values().forEach(ack -> checkKept(store, ack, where));
    for (int writer = 0; writer < CrashWriter.WRITERS; writer++) {
      checkWhole(store, writer, where);
    }
    checkGap(store, where);
    checkHistory(store, sure, where);
    newestSeen.clear();
  }

  private static void checkKept(Store store, Ack ack, String where) {
    String what = where + ": " + ack;
    String key = "/count/" + ack.writer();
    Entry now = store.get(key).orElseThrow(() -> new AssertionError(what));
    assertTrue(now.modRevision() >= ack.revision(), what);
    assertTrue(CrashWriter.count(now) >= ack.count(), what);
    if (ack.revision() >= store.compactedRevision()) {
      Entry then = store.getAt(key, ack.revision()).orElseThrow(() -> new AssertionError(what));
      assertEquals(ack.revision(), then.modRevision(), what);
      assertEquals(ack.count(), CrashWriter.count(then), what);
    }
  }

  /** A transaction is there as a whole or not at all. */
  private static void checkWhole(Store store, int writer, String where) {
    long count = store.get("/count/" + writer).map(CrashWriter::count).orElse(0L);
    Optional<Entry> odd = store.get("/odd/" + writer);
    assertEquals(count, store.get("/pair/" + writer).map(CrashWriter::count).orElse(0L), where);
    assertEquals(count % 2 == 1 ? count : 0L, odd.map(CrashWriter::count).orElse(0L), where);
  }

  /** A revision that was reserved and never written is refused, not silently skipped. */
  private void checkGap(Store store, String where) {
    long inGap = store.currentRevision() - 1;
    if (inGap > highest) {
      assertThrows(StoreException.Compacted.class, () -> store.getAt("/x", inGap), where);
      assertThrows(StoreException.Compacted.class, () -> store.range("/", "~", inGap, 0), where);
      assertThrows(
          StoreException.Compacted.class,
          () -> store.watch("/", "~", inGap, 10, new HistoryCheck(0)),
          where);
    }
    long beyond = store.currentRevision() + 1;
    assertThrows(StoreException.FutureRevision.class, () -> store.getAt("/x", beyond), where);
  }

  /** The next revision is above all, and history holds what was acknowledged, in order, once. */
  private void checkHistory(Store store, long sure, String where) throws Exception {
    Txn txn =
        new Txn(List.of(), List.of(new Txn.Op.Put("/marker", new byte[0])), Txn.Durability.SYNCED);
    long marker = assertInstanceOf(TxnResult.Committed.class, store.txn(txn)).revision();
    assertTrue(marker > highest, where);
    highest = marker;
    highestSynced = marker;
    long horizon = store.compactedRevision();
    HistoryCheck history = new HistoryCheck(marker);
    store.watch("/", "~", horizon, 10, history);
    Set<Long> seen = history.done.get(120, TimeUnit.SECONDS);
    for (long revision : round) {
      if (revision > horizon && revision <= sure) {
        assertTrue(seen.contains(revision), where + ": no event at " + revision);
      }
    }
  }

  /** Collects revisions up to one and fails when they go back. */
  private static final class HistoryCheck implements WatchListener {
    private final long upTo;
    private final Set<Long> seen = new HashSet<>();
    private long last;
    final CompletableFuture<Set<Long>> done = new CompletableFuture<>();

    HistoryCheck(long upTo) {
      this.upTo = upTo;
    }

    @Override
    public void events(List<Event> events) {
      for (Event event : events) {
        if (event.revision() < last) {
          done.completeExceptionally(new AssertionError(event.revision() + " after " + last));
        }
        last = event.revision();
        seen.add(last);
      }
      if (last >= upTo) {
        done.complete(seen);
      }
    }

    @Override
    public void ended(End reason) {
      done.completeExceptionally(new AssertionError("ended: " + reason));
    }
  }
}

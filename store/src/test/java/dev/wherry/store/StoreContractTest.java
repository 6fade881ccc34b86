package dev.wherry.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.store.Txn.Compare;
import dev.wherry.store.Txn.Durability;
import dev.wherry.store.Txn.Op;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every implementation of the port promises. */
public abstract class StoreContractTest {
  private static final String ALL = "~";
  protected Store store;

  protected abstract Store open();

  @BeforeEach
  void openStore() {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  protected static String text(Entry entry) {
    return new String(entry.value(), StandardCharsets.UTF_8);
  }

  protected long put(String key, String value) {
    Txn txn = new Txn(List.of(), List.of(new Op.Put(key, bytes(value))), Durability.SYNCED);
    return assertInstanceOf(TxnResult.Committed.class, store.txn(txn)).revision();
  }

  protected long delete(String key) {
    Txn txn = new Txn(List.of(), List.of(new Op.Delete(key)), Durability.SYNCED);
    return assertInstanceOf(TxnResult.Committed.class, store.txn(txn)).revision();
  }

  private List<String> keys(Page page) {
    return page.entries().stream().map(Entry::key).toList();
  }

  @Test
  void put_again_countsVersionsAndKeepsTheCreation() {
    long first = put("/a", "1");
    long second = put("/a", "2");
    Entry entry = store.get("/a").orElseThrow();

    assertEquals("2", text(entry));
    assertEquals(first, entry.createRevision());
    assertEquals(second, entry.modRevision());
    assertEquals(2, entry.version());
    assertEquals(second, store.currentRevision());
    assertTrue(second > first);
  }

  @Test
  void put_afterDelete_beginsAnew() {
    put("/a", "1");
    delete("/a");
    assertEquals(Optional.empty(), store.get("/a"));
    long again = put("/a", "2");

    assertEquals(again, store.get("/a").orElseThrow().createRevision());
    assertEquals(1, store.get("/a").orElseThrow().version());
  }

  @Test
  void txn_comparisonFails_changesNothingAndTellsTheCurrent() {
    long revision = put("/a", "1");
    Txn txn =
        new Txn(
            List.of(new Compare("/a", revision - 1), new Compare("/b", 0)),
            List.of(new Op.Put("/a", bytes("2")), new Op.Put("/b", bytes("2"))),
            Durability.SYNCED);
    TxnResult.Conflict conflict = assertInstanceOf(TxnResult.Conflict.class, store.txn(txn));

    assertEquals(revision, conflict.current().get(0).orElseThrow().modRevision());
    assertEquals(Optional.empty(), conflict.current().get(1));
    assertEquals(Optional.empty(), store.get("/b"));
    assertEquals(revision, store.currentRevision());
  }

  @Test
  void txn_severalOperations_shareOneRevision() {
    put("/b", "old");
    Txn txn =
        new Txn(
            List.of(new Compare("/a", 0)),
            List.of(new Op.Put("/a", bytes("1")), new Op.Delete("/b"), new Op.Delete("/none")),
            Durability.CHEAP);
    long revision = assertInstanceOf(TxnResult.Committed.class, store.txn(txn)).revision();

    assertEquals(revision, store.get("/a").orElseThrow().modRevision());
    assertEquals(List.of("/a"), keys(store.range("/", ALL, 0, 0)));
  }

  @Test
  void delete_ofNothing_takesNoRevision() {
    long revision = put("/a", "1");

    assertEquals(revision, delete("/none"));
    assertEquals(revision, store.currentRevision());
    assertEquals(revision + 1, put("/a", "2"));
  }

  @Test
  void txn_twoOperationsOnOneKey_isRefused() {
    List<Op> ops = List.of(new Op.Put("/a", bytes("1")), new Op.Delete("/a"));

    assertThrows(IllegalArgumentException.class, () -> new Txn(List.of(), ops, Durability.SYNCED));
  }

  @Test
  void put_keyOutsideAscii_isFoundAndSorted() {
    put("/역할/가", "1");
    put("/역할/나", "2");
    put("/a", "3");

    assertEquals("1", text(store.get("/역할/가").orElseThrow()));
    assertEquals(List.of("/역할/가", "/역할/나"), keys(store.range("/역할/", "/역할0", 0, 0)));
  }

  @Test
  void txn_manyWritersOfOneKey_onlyOneWinsEachRound() throws Exception {
    put("/n", "0");
    int threads = 16;
    CountDownLatch done = new CountDownLatch(threads);
    for (int i = 0; i < threads; i++) {
      Thread.ofVirtual().start(() -> increment(done));
    }
    assertTrue(done.await(120, TimeUnit.SECONDS));

    assertEquals(String.valueOf(threads * 20), text(store.get("/n").orElseThrow()));
  }

  private void increment(CountDownLatch done) {
    for (int won = 0; won < 20; ) {
      Entry entry = store.get("/n").orElseThrow();
      byte[] next = bytes(String.valueOf(Integer.parseInt(text(entry)) + 1));
      if (store.txn(Txn.put("/n", next, entry.modRevision(), Durability.CHEAP))
          instanceof TxnResult.Committed) {
        won++;
      }
    }
    done.countDown();
  }

  @Test
  void getAt_anyRevisionInTheHorizon_isWhatWasThen() {
    long first = put("/a", "1");
    long second = put("/a", "2");
    long gone = delete("/a");

    assertEquals("1", text(store.getAt("/a", first).orElseThrow()));
    assertEquals("2", text(store.getAt("/a", second).orElseThrow()));
    assertEquals(Optional.empty(), store.getAt("/a", gone));
    assertEquals(Optional.empty(), store.getAt("/a", first - 1));
    assertThrows(StoreException.FutureRevision.class, () -> store.getAt("/a", gone + 1));
  }

  @Test
  void range_limited_pagesAsOfOneRevision() {
    for (int i = 0; i < 5; i++) {
      put("/k/" + i, "v");
    }
    put("/l/x", "outside");
    Page first = store.range("/k/", "/k0", 0, 2);
    assertEquals(List.of("/k/0", "/k/1"), keys(first));
    assertTrue(first.more());
    delete("/k/3");
    put("/k/9", "late");

    Page rest = store.range("/k/1\0", "/k0", first.revision(), 0);
    assertEquals(List.of("/k/2", "/k/3", "/k/4"), keys(rest));
    assertEquals(
        List.of("/k/0", "/k/1", "/k/2", "/k/4", "/k/9"), keys(store.range("/k/", "/k0", 0, 0)));
  }

  @Test
  void compact_keepsTheNewestAndRefusesWhatIsGone() {
    long first = put("/a", "1");
    long second = put("/a", "2");
    put("/b", "1");
    long gone = delete("/b");
    store.compact(gone);

    assertThrows(StoreException.Compacted.class, () -> store.getAt("/a", first));
    assertThrows(StoreException.Compacted.class, () -> store.range("/", ALL, first, 0));
    assertThrows(
        StoreException.Compacted.class, () -> store.watch("/", ALL, first, 10, new Recorder()));
    assertEquals("2", text(store.get("/a").orElseThrow()));
    assertEquals(second, store.getAt("/a", gone).orElseThrow().modRevision());
    assertEquals(gone, store.compactedRevision());
    assertEquals(List.of("/a"), keys(store.range("/", ALL, gone, 0)));
  }

  @Test
  void watch_fromThePast_replaysThenGoesOnWithoutGap() throws Exception {
    long start = put("/a", "1");
    put("/a", "2");
    delete("/a");
    put("/z", "outside");
    Recorder recorder = new Recorder();
    try (Subscription subscription = store.watch("/a", "/b", start, 100, recorder)) {
      put("/a", "3");
      assertEquals("PUT /a 2 after 1", recorder.next());
      assertEquals("DELETE /a  after 2", recorder.next());
      assertEquals("PUT /a 3", recorder.next());
    }
    assertEquals(WatchListener.End.CLOSED, recorder.end.get(120, TimeUnit.SECONDS));
  }

  @Test
  void watch_underLoad_everyEventOnceInOrder() throws Exception {
    long start = store.currentRevision();
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 8; w++) {
      String key = "/w/" + w;
      writers.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 250; i++) {
                  put(key, String.valueOf(i));
                }
              }));
    }
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Recorder recorder = new Recorder();
      recorders.add(recorder);
      store.watch("/w/", "/w0", start, 100_000, recorder);
    }
    for (Thread writer : writers) {
      writer.join();
    }
    for (Recorder recorder : recorders) {
      long last = start;
      for (int i = 0; i < 2_000; i++) {
        long revision = recorder.nextRevision();
        assertTrue(revision > last, revision + " after " + last);
        last = revision;
      }
      assertEquals(store.currentRevision(), last);
    }
  }

  @Test
  void watch_listenerTooSlow_isEnded() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<WatchListener.End> end = new CompletableFuture<>();
    store.watch(
        "/",
        ALL,
        store.currentRevision(),
        5,
        new WatchListener() {
          @Override
          public void events(List<Event> events) {
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void ended(End reason) {
            end.complete(reason);
          }
        });
    for (int i = 0; i < 20; i++) {
      put("/x", String.valueOf(i));
    }
    release.countDown();

    assertEquals(WatchListener.End.OVERRUN, end.get(120, TimeUnit.SECONDS));
  }

  @Test
  void watch_horizonMovesOverTheReplay_isEndedNotSkipped() throws Exception {
    long start = store.currentRevision();
    for (int i = 0; i < 3_000; i++) {
      store.txnAsync(
          new Txn(List.of(), List.of(new Op.Put("/a", bytes("" + i))), Durability.CHEAP));
    }
    long last = put("/a", "end");
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    List<Long> seen = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<WatchListener.End> end = new CompletableFuture<>();
    WatchListener slow =
        new WatchListener() {
          @Override
          public void events(List<Event> events) {
            events.forEach(event -> seen.add(event.revision()));
            reading.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            if (seen.getLast() == last) {
              end.complete(WatchListener.End.CLOSED);
            }
          }

          @Override
          public void ended(End reason) {
            end.complete(reason);
          }
        };
    store.watch("/", ALL, start, 10, slow);
    assertTrue(reading.await(120, TimeUnit.SECONDS));
    store.compact(last);
    release.countDown();

    WatchListener.End how = end.get(120, TimeUnit.SECONDS);
    assertTrue(how == WatchListener.End.OVERRUN || seen.size() == 3_001, how + " " + seen.size());
    for (int i = 0; i < seen.size(); i++) {
      assertEquals(start + 1 + i, seen.get(i));
    }
  }

  @Test
  void close_readsAndWritesAfterIt_areRefused() {
    put("/a", "1");
    store.close();

    assertThrows(StoreException.Unavailable.class, () -> store.get("/a"));
    assertThrows(StoreException.Unavailable.class, () -> store.range("/", ALL, 0, 0));
    assertThrows(StoreException.Unavailable.class, () -> put("/a", "2"));
  }

  @Test
  void close_readsUnderWay_areAnsweredOrRefused() throws Exception {
    put("/a", "1");
    CountDownLatch running = new CountDownLatch(4);
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      CompletableFuture<Void> reader = new CompletableFuture<>();
      readers.add(reader);
      Thread.ofPlatform().daemon().start(() -> readUntilRefused(running, reader));
    }
    assertTrue(running.await(120, TimeUnit.SECONDS));
    store.close();

    for (CompletableFuture<Void> reader : readers) {
      reader.get(120, TimeUnit.SECONDS);
    }
  }

  private void readUntilRefused(CountDownLatch running, CompletableFuture<Void> done) {
    try {
      store.range("/", ALL, 0, 0);
      running.countDown();
      while (true) {
        store.get("/a");
      }
    } catch (StoreException.Unavailable e) {
      done.complete(null);
    } catch (RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  @Test
  void close_watchUnderWay_isTold() throws Exception {
    Recorder recorder = new Recorder();
    store.watch("/", ALL, store.currentRevision(), 10, recorder);
    store.close();

    assertEquals(WatchListener.End.STORE_CLOSED, recorder.end.get(120, TimeUnit.SECONDS));
    assertThrows(StoreException.Unavailable.class, () -> put("/a", "1"));
  }

  /** Keeps what a watch delivers. */
  public static final class Recorder implements WatchListener {
    private final BlockingQueue<Event> seen = new LinkedBlockingQueue<>();
    final CompletableFuture<End> end = new CompletableFuture<>();

    @Override
    public void events(List<Event> events) {
      seen.addAll(events);
    }

    @Override
    public void ended(End reason) {
      end.complete(reason);
    }

    private Event take() throws InterruptedException {
      Event event = seen.poll(120, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no event within 120 s");
      }
      return event;
    }

    public long nextRevision() throws InterruptedException {
      return take().revision();
    }

    public String next() throws InterruptedException {
      Event event = take();
      return event.type()
          + " "
          + event.entry().key()
          + " "
          + text(event.entry())
          + event.previous().map(p -> " after " + text(p)).orElse("");
    }
  }

  @Test
  void get_whatWasAcknowledged_isSeenByEveryReadThatBeginsAfter() throws Exception {
    int writers = 16;
    List<String> stale = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch done = new CountDownLatch(writers);
    for (int w = 0; w < writers; w++) {
      String key = "/own/" + w;
      Thread.ofVirtual()
          .start(() -> {
            for (int i = 0; i < 100; i++) {
              long revision = put(key, "at " + i);
              readOwn(key, revision, stale);
            }
            done.countDown();
          });
    }

    assertTrue(done.await(60, TimeUnit.SECONDS));
    assertEquals(List.of(), stale);
  }

  private void readOwn(String key, long revision, List<String> stale) {
    long got = store.get(key).map(Entry::modRevision).orElse(0L);
    long listed = store.range(key, key + ALL, 0, 0).entries().getFirst().modRevision();
    long then = store.getAt(key, revision).map(Entry::modRevision).orElse(0L);
    if (got != revision || listed != revision || then != revision) {
      stale.add(revision + ": got " + got + ", listed " + listed + ", then " + then);
    }
  }

  @Test
  void range_atARevisionBeforeDeletionAndRecreation_isAsItWas() {
    put("/a", "1");
    put("/b", "1");
    long before = put("/c", "1");
    delete("/b");
    long between = put("/c", "2");
    put("/b", "2");
    delete("/a");

    assertEquals(List.of("/a", "/b", "/c"), keys(store.range("/", ALL, before, 0)));
    assertEquals(List.of("/a", "/c"), keys(store.range("/", ALL, between, 0)));
    assertEquals(List.of("/b", "/c"), keys(store.range("/", ALL, 0, 0)));
    assertTrue(store.range("/", ALL, between, 1).more());
    assertEquals("1", text(store.getAt("/b", before).orElseThrow()));
    assertEquals(Optional.empty(), store.getAt("/b", between));

    store.compact(between);
    assertEquals(List.of("/a", "/c"), keys(store.range("/", ALL, between, 0)));
    assertThrows(StoreException.Compacted.class, () -> store.range("/", ALL, before, 0));
    store.compact(store.currentRevision());
    assertEquals(List.of("/b", "/c"), keys(store.range("/", ALL, store.currentRevision(), 0)));
  }
}

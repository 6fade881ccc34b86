package dev.wherry.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.store.Entry;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that forgets what was not synced, that is full, or that fails. */
class PowerCutTest {
  private static final int LATEST_CUT_MILLIS = 400;
  private static final Duration RECOVERY_MAX = Duration.ofSeconds(120);

  @TempDir Path folder;
  private ForgetfulDisk disk;

  @BeforeEach
  void mountDisk() throws Exception {
    disk = ForgetfulDisk.mount(folder);
  }

  @AfterEach
  void unmountDisk() throws Exception {
    if (disk != null) {
      disk.close();
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  private Store open() {
    return RocksStore.open(data(), RocksStoreConfig.defaults());
  }

  @Test
  void cut_aFewTimes_losesNothingSynced() throws Exception {
    cutRepeatedly(6, 20_261_121L);
  }

  @Test
  @Tag("long")
  void cut_hundredsOfTimes_losesNothingSynced() throws Exception {
    cutRepeatedly(300, new Random().nextLong());
  }

  private void cutRepeatedly(int times, long seed) throws Exception {
    Random random = new Random(seed);
    CrashLedger ledger = new CrashLedger();
    for (int round = 0; round < times; round++) {
      String where = "seed " + seed + " round " + round;
      // Every other cut forgets all; the others leave torn files and directories.
      long cut = round % 2 == 0 ? 0 : 1 + random.nextInt(Integer.MAX_VALUE);
      Duration delay = Duration.ofMillis(random.nextInt(LATEST_CUT_MILLIS));
      Process writer = CrashLedger.start(data());
      ledger.read(
          writer,
          () -> {
            CrashTest.pause(delay);
            disk.cutPower(cut);
            writer.toHandle().destroyForcibly();
          },
          where);
      disk.powerUp();
      try (Store store = open()) {
        ledger.check(store, CrashLedger.Ending.POWER_CUT, where);
      }
    }
    assertTrue(ledger.acknowledged() > times, "the writer got to write");
  }

  private static TxnResult put(Store store, String key, Txn.Durability durability) {
    return store.txn(new Txn(List.of(), List.of(new Txn.Op.Put(key, new byte[1_000])), durability));
  }

  private static long committed(Store store, String key, Txn.Durability durability) {
    return assertInstanceOf(TxnResult.Committed.class, put(store, key, durability)).revision();
  }

  @Test
  void cut_afterCheapWrites_neverGivesARevisionTwice() throws Exception {
    long kept;
    long seen = 0;
    Store store = open();
    try {
      kept = committed(store, "/synced", Txn.Durability.SYNCED);
      for (int i = 0; i < 100; i++) {
        seen = committed(store, "/cheap", Txn.Durability.CHEAP);
      }
    } finally {
      disk.cutPower(0);
      assertThrows(StoreException.class, store::close);
    }
    disk.powerUp();
    try (Store again = open()) {
      assertEquals(kept, again.get("/synced").orElseThrow().modRevision());
      assertTrue(again.get("/cheap").isEmpty(), "was never synced");
      long lost = seen;
      assertThrows(StoreException.Compacted.class, () -> again.getAt("/cheap", lost));
      again.compact(lost);
      assertTrue(again.compactedRevision() > lost, "a horizon is a revision to go on from");
      assertTrue(committed(again, "/cheap", Txn.Durability.CHEAP) > seen);
    }
  }

  @Test
  void put_cheap_causesNoSync() throws Exception {
    try (Store store = open()) {
      committed(store, "/a", Txn.Durability.SYNCED);
      long before = disk.syncs();
      for (int i = 0; i < 500; i++) {
        committed(store, "/lease", Txn.Durability.CHEAP);
      }
      assertEquals(before, disk.syncs());
      committed(store, "/a", Txn.Durability.SYNCED);
      assertTrue(disk.syncs() > before);
    }
  }

  @Test
  void put_diskFull_isRefusedAndLaterGoesOn() throws Exception {
    List<Long> acknowledged = new ArrayList<>();
    try (Store store = open()) {
      committed(store, "/first", Txn.Durability.SYNCED);
      disk.limit(disk.usedBytes() + 200_000);
      assertThrows(
          StoreException.Full.class,
          () -> {
            for (int i = 0; i < 10_000; i++) {
              acknowledged.add(committed(store, "/k/" + i, Txn.Durability.SYNCED));
            }
          });
      assertThrows(StoreException.Full.class, () -> put(store, "/x", Txn.Durability.SYNCED));
      assertTrue(store.get("/x").isEmpty());
      assertEquals(acknowledged.size(), store.range("/k/", "/k0", 0, 0).entries().size());

      disk.limit(1L << 40);
      long resumed = putOnceItWorks(store);
      assertTrue(resumed > acknowledged.getLast());
    }
    checkAll(acknowledged);
  }

  @Test
  void open_diskFull_saysSoAndWorksOnceThereIsRoom() throws Exception {
    long written;
    try (Store store = open()) {
      written = committed(store, "/k/1", Txn.Durability.SYNCED);
    }
    disk.limit(disk.usedBytes());
    assertThrows(StoreException.Full.class, this::open);
    disk.limit(1L << 40);

    checkAll(List.of(written));
  }

  @Test
  void put_syncFails_isNotAcknowledgedAndLaterGoesOn() throws Exception {
    List<Long> acknowledged = new ArrayList<>();
    Store store = open();
    for (int i = 0; i < 20; i++) {
      acknowledged.add(committed(store, "/k/" + i, Txn.Durability.SYNCED));
    }
    disk.failSyncs(true);
    assertThrows(StoreException.Unavailable.class, () -> put(store, "/x", Txn.Durability.SYNCED));
    assertThrows(StoreException.Unavailable.class, () -> put(store, "/x", Txn.Durability.CHEAP));
    assertTrue(store.get("/x").isEmpty());
    disk.failSyncs(false);
    disk.cutPower(0);
    assertThrows(StoreException.class, store::close);
    disk.powerUp();

    checkAll(acknowledged);
  }

  private static long putOnceItWorks(Store store) {
    long end = System.nanoTime() + RECOVERY_MAX.toNanos();
    while (true) {
      try {
        return committed(store, "/resumed", Txn.Durability.SYNCED);
      } catch (StoreException e) {
        assertTrue(System.nanoTime() < end, "not within " + RECOVERY_MAX + ": " + e.getMessage());
        CrashTest.pause(Duration.ofMillis(20));
      }
    }
  }

  private void checkAll(List<Long> acknowledged) {
    try (Store store = open()) {
      List<Entry> entries = store.range("/k/", "/k0", 0, 0).entries();
      List<Long> revisions = entries.stream().map(Entry::modRevision).sorted().toList();
      assertEquals(acknowledged, revisions);
      assertTrue(committed(store, "/later", Txn.Durability.SYNCED) > acknowledged.getLast());
    }
  }
}

package dev.wherry.store.horizon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.store.Store;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HorizonKeeperTest {
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final long BYTES_MAX = 4L << 20;

  @TempDir Path folder;
  private Store store;
  private Instant now = Instant.EPOCH;
  private HorizonKeeper keeper;

  @BeforeEach
  void open() {
    store = RocksStore.open(folder, RocksStoreConfig.defaults());
    HorizonPolicy policy = new HorizonPolicy(KEPT, BYTES_MAX, Duration.ofSeconds(10));
    keeper = new HorizonKeeper(store, policy, () -> now);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private long put(int bytes) {
    Txn txn =
        new Txn(List.of(), List.of(new Txn.Op.Put("/a", new byte[bytes])), Txn.Durability.CHEAP);
    return assertInstanceOf(TxnResult.Committed.class, store.txn(txn)).revision();
  }

  private void lookAfter(Duration time) {
    now = now.plus(time);
    keeper.look();
  }

  @Test
  void look_beforeTheTime_keepsAll() {
    put(10);
    keeper.look();
    put(10);
    lookAfter(KEPT.minusSeconds(1));

    assertEquals(0, store.compactedRevision());
  }

  @Test
  void look_afterTheTime_movesToWhatWasNewestThen() {
    long then = put(10);
    keeper.look();
    long later = put(10);
    lookAfter(KEPT);
    assertEquals(then, store.compactedRevision());

    lookAfter(KEPT);
    assertEquals(later, store.compactedRevision());
  }

  @Test
  void look_historyTooLarge_movesBeforeTheTime() {
    for (int i = 0; i < 80; i++) {
      put(1 << 18);
      lookAfter(Duration.ofSeconds(1));
      assertTrue(store.historyBytes() <= BYTES_MAX, store.historyBytes() + " bytes");
    }
    assertTrue(store.compactedRevision() > 0);
    assertTrue(store.compactedRevision() < store.currentRevision(), "but no further than needed");
  }

  @Test
  void policy_withoutSense_isRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new HorizonPolicy(KEPT, 1, Duration.ofSeconds(1)));
    assertThrows(
        IllegalArgumentException.class, () -> new HorizonPolicy(KEPT, BYTES_MAX, Duration.ZERO));
  }
}

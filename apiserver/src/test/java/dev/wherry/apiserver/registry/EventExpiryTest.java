package dev.wherry.apiserver.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.secrets.ValueTransformer;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.store.Entry;
import dev.wherry.store.Store;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventExpiryTest {
  private static final Resource EVENTS = new Resource("", "events");
  private static final Resource PODS = new Resource("", "pods");
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;
  private Store store;
  private WatchCache cache;
  private Instant now = NOON;

  @BeforeEach
  void open() throws Exception {
    store = RocksStore.open(folder.resolve("data"), RocksStoreConfig.defaults());
    cache = new WatchCache(store, ValueTransformer.IDENTITY);
    cache.start();
  }

  @AfterEach
  void close() {
    cache.close();
    store.close();
  }

  private void write(Resource resource, String name, Instant created, String more) {
    String key = StoreKeys.key(resource, "ns", name);
    String json =
        "{\"metadata\":{\"namespace\":\"ns\",\"name\":\"%s\",\"creationTimestamp\":\"%s\"}%s}"
            .formatted(name, created, more);
    long before = store.get(key).map(Entry::modRevision).orElse(0L);
    byte[] value = json.getBytes(StandardCharsets.UTF_8);
    TxnResult result = store.txn(Txn.put(key, value, before, Txn.Durability.CHEAP));
    cache.await(((TxnResult.Committed) result).revision(), Duration.ofSeconds(30));
  }

  private List<String> left(Resource resource) {
    cache.await(store.currentRevision(), Duration.ofSeconds(30));
    return cache.list(resource, Selection.ALL).objects().stream().map(CachedObject::name).toList();
  }

  @Test
  void look_anHourAfterTheLastWrite_takesTheEventAndNothingElse() {
    EventExpiry expiry = EventExpiry.of(store, cache, Duration.ofHours(1), () -> now);
    // What an event says of itself, in years to come or gone by, does not matter.
    write(EVENTS, "early", NOON, ",\"lastTimestamp\":\"2099-01-01T00:00:00Z\"");
    write(EVENTS, "again", NOON, "");
    write(PODS, "pod", NOON, "");
    expiry.look();
    now = NOON.plusSeconds(1_800);
    write(EVENTS, "again", NOON, ",\"count\":2");
    write(EVENTS, "late", now.minus(Duration.ofDays(400)), "");
    expiry.look();
    now = NOON.plusSeconds(3_599);
    expiry.look();
    assertEquals(List.of("again", "early", "late"), left(EVENTS));
    now = NOON.plusSeconds(3_600);
    expiry.look();
    assertEquals(List.of("again", "late"), left(EVENTS));
    now = NOON.plusSeconds(5_400);
    expiry.look();
    assertEquals(List.of(), left(EVENTS));
    assertEquals(List.of("pod"), left(PODS));
  }

  @Test
  void look_firstAfterAStart_takesWhatWasOldByThen() {
    Instant yesterday = NOON.minus(Duration.ofDays(1));
    write(EVENTS, "counted", yesterday, ",\"lastTimestamp\":\"2026-03-01T11:30:00Z\"");
    write(EVENTS, "old", yesterday, ",\"lastTimestamp\":null");
    write(EVENTS, "series", yesterday, ",\"series\":{\"lastObservedTime\":\"" + NOON + "\"}");
    write(EVENTS, "young", NOON.minusSeconds(3_500), "");
    EventExpiry expiry = EventExpiry.of(store, cache, Duration.ofHours(1), () -> now);
    expiry.look();
    assertEquals(List.of("counted", "series", "young"), left(EVENTS));
    now = NOON.plusSeconds(3_599);
    expiry.look();
    assertEquals(3, left(EVENTS).size());
    now = NOON.plusSeconds(3_600);
    expiry.look();
    assertEquals(List.of(), left(EVENTS));
  }

  @Test
  void look_manyOldOnes_takesAllOfThem() {
    for (int i = 0; i < 600; i++) {
      write(EVENTS, "e" + i, NOON.minus(Duration.ofDays(2)), "");
    }
    EventExpiry.of(store, cache, Duration.ofHours(1), () -> now).look();
    assertEquals(List.of(), left(EVENTS));
  }
}

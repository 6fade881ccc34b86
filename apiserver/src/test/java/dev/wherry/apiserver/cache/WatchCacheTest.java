package dev.wherry.apiserver.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.secrets.ValueTransformer;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.selector.Fields;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.store.Entry;
import dev.wherry.store.Store;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class WatchCacheTest {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir Path folder;
  private Store store;
  private WatchCache cache;
  private final AtomicLong nanos = new AtomicLong();

  @BeforeEach
  void open() throws Exception {
    store = RocksStore.open(folder.resolve("data"), RocksStoreConfig.defaults());
    cache = new WatchCache(store, ValueTransformer.IDENTITY, nanos::get);
    cache.start();
  }

  @AfterEach
  void close() throws Exception {
    cache.close();
    store.close();
  }

  private void restart() throws Exception {
    close();
    open();
  }

  private static String key(String name) {
    return StoreKeys.key(Resource.PODS, "default", name);
  }

  /** Writes whatever stands there, and waits until the cache has it. */
  private long put(String name, String label, String node) {
    ObjectNode pod = Json.object().put("kind", "Pod").put("apiVersion", "v1");
    ObjectNode metadata = pod.putObject("metadata").put("name", name).put("namespace", "default");
    metadata.putObject("labels").put("app", label);
    pod.putObject("spec").put("nodeName", node);
    long at = store.get(key(name)).map(Entry::modRevision).orElse(0L);
    return commit(Txn.put(key(name), ObjectBytes.stored(pod), at, Txn.Durability.SYNCED));
  }

  private long delete(String name) {
    long at = store.get(key(name)).orElseThrow().modRevision();
    return commit(Txn.delete(key(name), at, Txn.Durability.SYNCED));
  }

  private long commit(Txn txn) {
    long revision = ((TxnResult.Committed) store.txn(txn)).revision();
    cache.await(revision, PATIENCE);
    return revision;
  }

  private static Selection selecting(String labels, String fields) {
    return new Selection("default", Labels.parse(labels), Fields.parse(fields));
  }

  private static String told(List<WatchEvent> events) {
    List<String> lines = new ArrayList<>();
    for (WatchEvent event : events) {
      lines.add(
          switch (event) {
            case WatchEvent.Changed(
                    WatchEvent.Type type,
                    long revision,
                    CachedObject object,
                    Frames _,
                    Optional<CachedObject> _) ->
                type + " " + object.name() + "@" + (revision == object.revision() ? "ok" : "bad");
            case WatchEvent.Bookmark(long _, boolean end) -> "BOOKMARK" + (end ? " end" : "");
          });
    }
    return String.join(", ", lines);
  }

  @Test
  void served_bytesCarryTheRevision() {
    long revision = put("a", "x", "");
    CachedObject object = cache.get(Resource.PODS, "default", "a").orElseThrow();
    assertEquals(
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\""
            + revision
            + "\",\"name\":\"a\",\"namespace\":\"default\",\"labels\":{\"app\":\"x\"}},"
            + "\"spec\":{\"nodeName\":\"\",\"containers\":null}}",
        new String(object.bytes(), StandardCharsets.UTF_8));
    assertEquals("x", object.labels().get("app"));
  }

  @Test
  void served_emptyMetadata_isStillJson() {
    ObjectNode object = Json.object().put("apiVersion", "v1").put("kind", "X");
    object.putObject("metadata");
    byte[] served = ObjectBytes.served(ObjectBytes.stored(object), 7);
    assertEquals("7", Json.parse(served).path("metadata").path("resourceVersion").asText());
  }

  @Test
  void list_selectsByNamespaceLabelAndField() {
    put("a", "x", "n1");
    put("b", "x", "n2");
    long last = put("c", "y", "n1");
    var all = cache.list(Resource.PODS, Selection.ALL);
    assertEquals(List.of("a", "b", "c"), all.objects().stream().map(CachedObject::name).toList());
    assertEquals(last, all.revision());
    var some = cache.list(Resource.PODS, selecting("app=x", "spec.nodeName=n1"));
    assertEquals(List.of("a"), some.objects().stream().map(CachedObject::name).toList());
    var elsewhere = new Selection("defaul", Labels.EVERYTHING, Fields.EVERYTHING);
    assertEquals(List.of(), cache.list(Resource.PODS, elsewhere).objects());
  }

  @Test
  void list_afterAKey_goesOnBehindItWhereverItStands() {
    put("a", "x", "n1");
    long then = put("c", "x", "n1");
    delete("c");
    put("d", "x", "n1");
    var inDefault = new Selection("default", Labels.EVERYTHING, Fields.EVERYTHING);
    for (Selection selection : List.of(Selection.ALL, inDefault)) {
      assertEquals(List.of("a", "d"), names(cache.list(Resource.PODS, selection, "")));
      assertEquals(List.of("a", "d"), names(cache.list(Resource.PODS, selection, "a/z")));
      assertEquals(List.of("d"), names(cache.list(Resource.PODS, selection, "default/a")));
      assertEquals(List.of("d"), names(cache.list(Resource.PODS, selection, "default/c")));
      assertEquals(List.of(), names(cache.list(Resource.PODS, selection, "default/d")));
      assertEquals(List.of(), names(cache.list(Resource.PODS, selection, "z")));
      var before = cache.listAt(Resource.PODS, selection, "default/a", then).orElseThrow();
      assertEquals(List.of("c"), names(before));
    }
  }

  private static List<String> names(ResourceCache.Listing listing) {
    return listing.objects().stream().map(CachedObject::name).toList();
  }

  @Test
  void watch_selectorTransitions_areAddedAndDeleted() {
    long from = put("a", "y", "");
    Watcher watcher = cache.watchAfter(Resource.PODS, selecting("app=x", ""), from, () -> {});
    put("a", "x", "");
    put("a", "x", "n1");
    put("a", "y", "n1");
    put("a", "y", "n2");
    put("a", "x", "n2");
    delete("a");
    assertEquals(
        "ADDED a@ok, MODIFIED a@ok, DELETED a@ok, ADDED a@ok, DELETED a@ok",
        told(watcher.take(100)));
  }

  @Test
  void watch_fromNow_tellsAllThenBookmarkThenChanges() {
    put("a", "x", "");
    put("b", "x", "");
    Watcher watcher = cache.watchFromNow(Resource.PODS, Selection.ALL, true, () -> {});
    delete("a");
    assertEquals("ADDED a@ok, ADDED b@ok, BOOKMARK end, DELETED a@ok", told(watcher.take(100)));
    assertTrue(watcher.drained());
  }

  @Test
  void restart_watchResumesWithWhatItMissed() throws Exception {
    put("a", "x", "");
    long seen = put("b", "x", "");
    put("a", "y", "");
    delete("b");
    put("c", "x", "");
    restart();
    Watcher watcher = cache.watchAfter(Resource.PODS, Selection.ALL, seen, () -> {});
    assertEquals("MODIFIED a@ok, DELETED b@ok, ADDED c@ok", told(watcher.take(100)));
    Watcher selecting = cache.watchAfter(Resource.PODS, selecting("app=x", ""), seen, () -> {});
    assertEquals("DELETED a@ok, DELETED b@ok, ADDED c@ok", told(selecting.take(100)));
  }

  @Test
  void watch_beforeTheHorizon_expired() throws Exception {
    long old = put("a", "x", "");
    put("b", "x", "");
    long last = delete("a");
    delete("b");
    store.compact(last);
    restart();
    for (Resource resource : List.of(Resource.PODS, Resource.SECRETS)) {
      ApiException e =
          assertThrows(
              ApiException.class, () -> cache.watchAfter(resource, Selection.ALL, old, () -> {}));
      assertEquals(Reason.EXPIRED, e.reason());
    }
  }

  @Test
  void watch_fromWhatIsTenMinutesOld_expiredUnlessFewChangesCameSince() {
    long old = put("a", "x", "");
    for (int i = 0; i < ChangeHistory.CHANGES_MIN + 10; i++) {
      put("b", "v" + i, "");
    }
    nanos.addAndGet(RevisionAges.KEPT.dividedBy(2).toNanos());
    put("b", "noted", "");
    nanos.addAndGet(RevisionAges.KEPT.dividedBy(2).toNanos());
    long recent = put("b", "recent", "");
    nanos.addAndGet(RevisionAges.KEPT.toNanos() - 1);
    put("b", "last", "");

    ApiException e =
        assertThrows(
            ApiException.class,
            () -> cache.watchAfter(Resource.PODS, Selection.ALL, old, () -> {}));
    assertEquals(Reason.EXPIRED, e.reason());
    assertEquals(
        "MODIFIED b@ok",
        told(cache.watchAfter(Resource.PODS, Selection.ALL, recent, () -> {}).take(100)));
    assertEquals(
        ChangeHistory.CHANGES_MIN,
        cache
            .watchAfter(
                Resource.PODS, Selection.ALL, recent - ChangeHistory.CHANGES_MIN + 1, () -> {})
            .take(1_000)
            .size());
  }

  @Test
  void await_futureRevision_504WithCause() {
    ApiException e =
        assertThrows(
            ApiException.class,
            () -> cache.await(store.currentRevision() + 1_000, Duration.ofMillis(10)));
    assertEquals(504, e.code());
    assertEquals("ResourceVersionTooLarge", e.details().causes().getFirst().reason());
  }

  @Test
  void watcher_fallsBehind_isOverrunAndHoldsNothing() {
    Watcher watcher = new Watcher(Selection.ALL, 3, () -> {}, () -> {});
    put("a", "x", "");
    CachedObject object = cache.get(Resource.PODS, "default", "a").orElseThrow();
    for (int i = 0; i < 4; i++) {
      watcher.offer(new Announcement(new Change(false, i, object, Optional.empty())));
    }
    assertTrue(watcher.overrun());
    assertEquals(List.of(), watcher.take(10));
  }

  @Test
  void watchers_ofOneChange_shareItsFrame() {
    put("a", "x", "n1");
    Watcher one = cache.watchFromNow(Resource.PODS, Selection.ALL, true, () -> {});
    Watcher two = cache.watchFromNow(Resource.PODS, selecting("app=x", ""), true, () -> {});
    Watcher three = cache.watchFromNow(Resource.PODS, selecting("app=y", ""), true, () -> {});
    List.of(one, two, three).forEach(watcher -> watcher.take(100));
    put("a", "x", "n2");
    put("a", "y", "n2");
    List<WatchEvent> first = one.take(100);
    List<WatchEvent> second = two.take(100);
    assertSame(frame(first.getFirst(), "json"), frame(second.getFirst(), "json"));
    assertNotSame(frame(first.getFirst(), "json"), frame(first.getFirst(), "table"));
    // The last change is another event for each: MODIFIED, DELETED, ADDED.
    assertNotSame(frame(first.getLast(), "json"), frame(second.getLast(), "json"));
    assertNotSame(frame(first.getLast(), "json"), frame(three.take(100).getLast(), "json"));
  }

  private static byte[] frame(WatchEvent event, String form) {
    return ((WatchEvent.Changed) event).frames().of(form, () -> new byte[1]);
  }

  @Test
  void watcher_largeObjects_areBoundedByBytes() {
    Watcher watcher = cache.watchFromNow(Resource.PODS, Selection.ALL, false, () -> {});
    String large = "x".repeat(1 << 20);
    for (int i = 0; i < 20; i++) {
      put("p" + i, "x", large);
    }
    assertTrue(watcher.overrun());
    assertEquals(List.of(), watcher.take(100));
  }

  @Test
  void listAt_earlierRevision_undoesLaterChanges() {
    put("a", "x", "n1");
    put("b", "x", "n1");
    long then = put("c", "x", "n1");
    put("a", "y", "n2");
    put("a", "z", "n3");
    delete("b");
    put("d", "x", "n1");
    var old = cache.listAt(Resource.PODS, Selection.ALL, "", then).orElseThrow();
    assertEquals(
        List.of("a n1", "b n1", "c n1"),
        old.objects().stream().map(o -> o.name() + " " + o.field("spec.nodeName")).toList());
    assertEquals(then, old.revision());
    var selected = cache.listAt(Resource.PODS, selecting("app=x", ""), "", then).orElseThrow();
    assertEquals(3, selected.objects().size());
    var now = cache.list(Resource.PODS, Selection.ALL);
    assertEquals(
        now.objects(),
        cache.listAt(Resource.PODS, Selection.ALL, "", now.revision()).orElseThrow().objects());
  }

  /** Lists taken while others write, each continued by a watch, arrive at the same state. */
  @Test
  void listAndWatch_whileWriting_loseAndRepeatNothing() throws Exception {
    long seed = new Random().nextLong();
    Semaphore half = new Semaphore(0);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              Random random = new Random(seed);
              for (int i = 0; i < 400; i++) {
                String name = "p" + random.nextInt(20);
                if (store.get(key(name)).isPresent() && random.nextInt(3) == 0) {
                  delete(name);
                } else {
                  put(name, "x", "n" + i);
                }
                half.release();
              }
            });
    List<TreeMap<String, Long>> states = new ArrayList<>();
    List<Watcher> watchers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      half.acquire(10);
      var list = cache.list(Resource.PODS, Selection.ALL);
      TreeMap<String, Long> state = new TreeMap<>();
      list.objects().forEach(o -> state.put(o.name(), o.revision()));
      states.add(state);
      watchers.add(cache.watchAfter(Resource.PODS, Selection.ALL, list.revision(), () -> {}));
    }
    writer.join();
    TreeMap<String, Long> wanted = new TreeMap<>();
    cache
        .list(Resource.PODS, Selection.ALL)
        .objects()
        .forEach(o -> wanted.put(o.name(), o.revision()));
    for (int i = 0; i < watchers.size(); i++) {
      TreeMap<String, Long> state = states.get(i);
      for (WatchEvent event : watchers.get(i).take(10_000)) {
        WatchEvent.Changed changed = (WatchEvent.Changed) event;
        String name = changed.object().name();
        switch (changed.type()) {
          case ADDED -> assertEquals(null, state.put(name, changed.revision()), "seed " + seed);
          case MODIFIED ->
              assertTrue(state.put(name, changed.revision()) < changed.revision(), "seed " + seed);
          case DELETED -> assertTrue(state.remove(name) != null, "seed " + seed);
        }
      }
      assertEquals(wanted, state, "seed " + seed);
    }
  }
}

package dev.wherry.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.store.Entry;
import dev.wherry.store.Page;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random transactions, reads, compactions and restarts, beside a model that forgets nothing. */
class StoreModelTest {
  /** Some are beginnings of others, or differ around the separators. */
  private static final List<String> KEYS =
      List.of("/a", "/a/", "/a/b", "/a/b/c", "/a0", "/aa", "/a\u0001", "/가", "/b", "/~");

  @TempDir Path folder;
  private final TreeMap<Long, TreeMap<String, Entry>> states = new TreeMap<>();
  private Random random = new Random();
  private String where = "";

  @Test
  void store_randomSteps_agreesWithTheModel() {
    run(20_261_121L, 3_000);
  }

  @Test
  @Tag("long")
  void store_manyRandomSteps_agreesWithTheModel() {
    run(new Random().nextLong(), 30_000);
  }

  private void run(long seed, int steps) {
    random = new Random(seed);
    Store store = RocksStore.open(folder, RocksStoreConfig.defaults());
    states.put(store.currentRevision(), new TreeMap<>());
    try {
      for (int step = 0; step < steps; step++) {
        where = "seed " + seed + " step " + step;
        switch (random.nextInt(40)) {
          case 0 -> compact(store);
          case 1 -> {
            store.close();
            store = RocksStore.open(folder, RocksStoreConfig.defaults());
            assertEquals(states.lastKey(), store.currentRevision(), where);
          }
          case 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 -> readOne(store);
          case 12, 13, 14, 15, 16, 17, 18, 19, 20, 21 -> readRange(store);
          default -> write(store);
        }
      }
    } finally {
      store.close();
    }
  }

  private String anyKey() {
    return KEYS.get(random.nextInt(KEYS.size()));
  }

  private long anyRevision() {
    long first = states.firstKey();
    return first + random.nextLong(states.lastKey() - first + 1);
  }

  private SortedMap<String, Entry> stateAt(long revision) {
    return states.floorEntry(revision).getValue();
  }

  private void write(Store store) {
    TreeMap<String, Entry> state = new TreeMap<>(states.lastEntry().getValue());
    long next = states.lastKey() + 1;
    List<Txn.Compare> compares = new ArrayList<>();
    List<Txn.Op> ops = new ArrayList<>();
    boolean holds = true;
    boolean changes = false;
    List<String> keys = new ArrayList<>(KEYS);
    java.util.Collections.shuffle(keys, random);
    for (String key : keys.subList(0, 1 + random.nextInt(3))) {
      Entry before = state.get(key);
      if (random.nextBoolean()) {
        long expected = before == null ? 0 : before.modRevision();
        boolean right = random.nextInt(5) > 0;
        holds &= right;
        compares.add(new Txn.Compare(key, right ? expected : expected + 1));
      }
      if (random.nextInt(3) == 0) {
        ops.add(new Txn.Op.Delete(key));
        changes |= state.remove(key) != null;
      } else {
        byte[] value = where.getBytes(StandardCharsets.UTF_8);
        ops.add(new Txn.Op.Put(key, value));
        changes = true;
        long created = before == null ? next : before.createRevision();
        long version = before == null ? 1 : before.version() + 1;
        state.put(key, new Entry(key, value, created, next, version));
      }
    }
    Txn.Durability durability = random.nextBoolean() ? Txn.Durability.CHEAP : Txn.Durability.SYNCED;
    TxnResult result = store.txn(new Txn(compares, ops, durability));
    if (!holds) {
      assertInstanceOf(TxnResult.Conflict.class, result, where);
      return;
    }
    assertEquals(new TxnResult.Committed(changes ? next : next - 1), result, where);
    if (changes) {
      states.put(next, state);
    }
  }

  private void compact(Store store) {
    long horizon = anyRevision();
    store.compact(horizon);
    TreeMap<String, Entry> kept = new TreeMap<>(stateAt(horizon));
    long before = states.firstKey();
    states.headMap(horizon, false).clear();
    states.putIfAbsent(horizon, kept);
    assertEquals(horizon, store.compactedRevision(), where);
    if (before < horizon) {
      assertThrows(StoreException.Compacted.class, () -> store.getAt("/a", horizon - 1), where);
    }
  }

  private void readOne(Store store) {
    String key = anyKey();
    long revision = anyRevision();
    same(Optional.ofNullable(stateAt(revision).get(key)), store.getAt(key, revision));
    same(Optional.ofNullable(states.lastEntry().getValue().get(key)), store.get(key));
  }

  private void readRange(Store store) {
    String from = anyKey();
    String to = anyKey();
    if (from.compareTo(to) > 0) {
      String swapped = from;
      from = to;
      to = swapped;
    }
    long revision = random.nextBoolean() ? 0 : anyRevision();
    int limit = random.nextInt(5);
    Page page = store.range(from, to, revision, limit);
    long then = revision == 0 ? states.lastKey() : revision;
    List<Entry> all = List.copyOf(stateAt(then).subMap(from, to).values());
    int expected = limit == 0 ? all.size() : Math.min(limit, all.size());
    assertEquals(then, page.revision(), where);
    assertEquals(expected, page.entries().size(), where);
    assertEquals(expected < all.size(), page.more(), where);
    for (int i = 0; i < expected; i++) {
      same(Optional.of(all.get(i)), Optional.of(page.entries().get(i)));
    }
  }

  private void same(Optional<Entry> expected, Optional<Entry> actual) {
    assertEquals(expected.map(StoreModelTest::text), actual.map(StoreModelTest::text), where);
  }

  private static String text(Entry entry) {
    return String.join(
        " ",
        entry.key(),
        new String(entry.value(), StandardCharsets.UTF_8),
        "" + entry.createRevision(),
        "" + entry.modRevision(),
        "" + entry.version());
  }
}

package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What the writer wrote or looked up last, so that it need not ask the database, which costs two
 * native calls for each key. Exact, since nobody else writes. Of most keys only where their newest
 * version stands, which is all that a write has to know. The writer's own.
 *
 * <p>Keys are kept in two generations: once the younger is full it becomes the older, whose keys
 * are forgotten unless they were asked for meanwhile.
 */
final class RecentKeys {
  /** Keys of which something is known; about 150 bytes each. */
  static final int KEYS_MAX = 1 << 16;

  /** As many that were put one after the other are all still known. */
  static final int GENERATION_KEYS_MAX = KEYS_MAX / 2;

  /** Bytes of keys and values of the entries held. */
  private static final long BYTES_MAX = 4L << 20;

  /** What an entry takes beside its key and value, about. */
  private static final long OVERHEAD_BYTES = 200;

  private Map<String, Known> young = new HashMap<>();
  private Map<String, Known> old = new HashMap<>();
  private final Queue<Known> withEntry = new ArrayDeque<>();
  private long bytes;

  /** A key's newest version: where it stands, and itself where it is at hand. */
  static final class Known {
    private Layout.Position position = Layout.Position.NONE;
    private long createRevision;
    private long version;
    private boolean there;
    private @Nullable Entry entry;
    private boolean queued;

    private Known() {}

    /** A deletion's too; {@link Layout.Position#NONE} when nothing is kept of the key. */
    Layout.Position position() {
      return position;
    }

    /** Whether the key exists. */
    boolean isThere() {
      return there;
    }

    /** 0 when the key does not exist. */
    long modRevision() {
      return there ? position.revision() : 0;
    }

    /** Of the key as it is; meaningless when it does not exist. */
    long createRevision() {
      return createRevision;
    }

    long version() {
      return version;
    }

    /** The version itself, where it is at hand. */
    Optional<Entry> entry() {
      return Optional.ofNullable(entry);
    }
  }

  /** Empty when nothing is known of it. */
  Optional<Known> get(String key) {
    Known known = young.get(key);
    if (known == null) {
      known = old.remove(key);
      if (known != null) {
        putYoung(key, known);
      }
    }
    return Optional.ofNullable(known);
  }

  /** A key that was looked up and of which the database keeps nothing. */
  Known absent(String key) {
    Known known = new Known();
    putYoung(key, known);
    return known;
  }

  /** A key that was looked up. */
  Known found(Reader.Stored stored) {
    Known known = absent(stored.entry().key());
    if (stored.deletion()) {
      deleted(known, stored.position());
    } else {
      written(known, stored.entry(), stored.position());
    }
    return known;
  }

  private void putYoung(String key, Known known) {
    if (young.size() >= GENERATION_KEYS_MAX) {
      old = young;
      young = new HashMap<>();
    }
    young.put(key, known);
  }

  /** The key has a new version. */
  void written(Known known, Entry entry, Layout.Position position) {
    known.there = true;
    known.position = position;
    known.createRevision = entry.createRevision();
    known.version = entry.version();
    bytes += size(entry) - size(known.entry);
    known.entry = entry;
    if (!known.queued) {
      known.queued = true;
      withEntry.add(known);
    }
    while (bytes > BYTES_MAX) {
      forgetEntry(withEntry.remove());
    }
  }

  private void forgetEntry(Known known) {
    bytes -= size(known.entry);
    known.entry = null;
    known.queued = false;
  }

  /** The key is gone. */
  void deleted(Known known, Layout.Position position) {
    known.there = false;
    known.position = position;
    bytes -= size(known.entry);
    known.entry = null;
  }

  private static long size(@Nullable Entry entry) {
    return entry == null ? 0 : OVERHEAD_BYTES + entry.key().length() + entry.value().length;
  }

  /** A batch failed: what was decided for it never came to be. */
  void clear() {
    young.clear();
    old.clear();
    withEntry.clear();
    bytes = 0;
  }
}

package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the writer wrote or looked up last, so that it need not ask the database, which costs two
 * native calls for each key. Exact, since nobody else writes. Of most keys only where their newest
 * version stands, which is all that a write has to know. The writer's own.
 */
final class RecentKeys {
  /** Keys whose newest version is known; about 150 bytes each. */
  static final int HEADS_MAX = 1 << 16;

  /** Bytes of keys and values of the entries held. */
  static final long BYTES_MAX = 4L << 20;

  /** What an entry takes beside its key and value, about. */
  private static final long OVERHEAD_BYTES = 200;

  private final Map<String, Head> heads = new LinkedHashMap<>(1_024, 0.75f, true);
  private final Map<String, Entry> entries = new LinkedHashMap<>(1_024, 0.75f, true);
  private long bytes;

  /**
   * Where a key's newest version stands.
   *
   * @param position {@link Layout.Position#NONE} when the key is not there
   */
  record Head(Layout.Position position, long createRevision, long version) {
    static final Head NONE = new Head(Layout.Position.NONE, 0, 0);

    boolean isNone() {
      return position.isNone();
    }

    static Head of(Layout.Position position, Entry entry) {
      return new Head(position, entry.createRevision(), entry.version());
    }
  }

  /** Empty when it is not known. */
  Optional<Head> head(String key) {
    return Optional.ofNullable(heads.get(key));
  }

  void put(String key, Head head) {
    heads.put(key, head);
    if (heads.size() > HEADS_MAX) {
      Iterator<String> oldest = heads.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** The newest version of a key, where it is at hand. */
  Optional<Entry> entry(String key, Head head) {
    Entry known = entries.get(key);
    return known != null && known.modRevision() == head.position().revision()
        ? Optional.of(known)
        : Optional.empty();
  }

  void remember(Entry entry) {
    bytes += size(entry) - size(entries.put(entry.key(), entry));
    Iterator<Entry> oldest = entries.values().iterator();
    while (bytes > BYTES_MAX) {
      bytes -= size(oldest.next());
      oldest.remove();
    }
  }

  void forget(String key) {
    bytes -= size(entries.remove(key));
  }

  private static long size(@Nullable Entry entry) {
    return entry == null ? 0 : OVERHEAD_BYTES + entry.key().length() + entry.value().length;
  }

  /** A batch failed: what was decided for it never came to be. */
  void clear() {
    heads.clear();
    entries.clear();
    bytes = 0;
  }
}

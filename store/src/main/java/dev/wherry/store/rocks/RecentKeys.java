package dev.wherry.store.rocks;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the writer wrote or looked up last, so that it need not ask the database, which costs two
 * native calls for each key. Exact, since nobody else writes. The writer's own.
 */
final class RecentKeys {
  /** Bytes of keys and values held. */
  static final long BYTES_MAX = 4L << 20;

  /** What an entry takes beside its key and value, about. */
  private static final long OVERHEAD_BYTES = 200;

  private final Map<String, Optional<Reader.Stored>> states =
      new LinkedHashMap<>(1_024, 0.75f, true);
  private long bytes;

  /** The state of a key, empty inside for one that is not there; empty when it is not known. */
  Optional<Optional<Reader.Stored>> get(String key) {
    return Optional.ofNullable(states.get(key));
  }

  void put(String key, Optional<Reader.Stored> state) {
    Optional<Reader.Stored> before = states.put(key, state);
    if (before != null) {
      bytes -= size(key, before);
    }
    bytes += size(key, state);
    Iterator<Map.Entry<String, Optional<Reader.Stored>>> oldest = states.entrySet().iterator();
    while (bytes > BYTES_MAX) {
      Map.Entry<String, Optional<Reader.Stored>> gone = oldest.next();
      bytes -= size(gone.getKey(), gone.getValue());
      oldest.remove();
    }
  }

  private static long size(String key, Optional<Reader.Stored> state) {
    return OVERHEAD_BYTES + key.length() + state.map(s -> s.entry().value().length).orElse(0);
  }

  /** A batch failed: what was decided for it never came to be. */
  void clear() {
    states.clear();
    bytes = 0;
  }
}

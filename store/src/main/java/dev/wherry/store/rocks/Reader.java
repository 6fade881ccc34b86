package dev.wherry.store.rocks;

import static java.util.Objects.requireNonNull;

import dev.wherry.store.Entry;
import dev.wherry.store.Event;
import dev.wherry.store.Page;
import dev.wherry.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * Reads of the database from any thread. Every public way in holds the gate, so that the native
 * database is never closed under a read.
 */
final class Reader {
  private final StampedLock gate = new StampedLock();
  private boolean closed;
  private final Database database;
  private final Revisions revisions;

  Reader(Database database, Revisions revisions) {
    this.database = database;
    this.revisions = revisions;
  }

  /** A version and where it stands. */
  record Stored(Entry entry, Layout.Position position) {}

  private <T> T whileOpen(Supplier<T> read) {
    long stamp = gate.readLock();
    try {
      if (closed) {
        throw new StoreException.Unavailable("the store is closed");
      }
      return read.get();
    } finally {
      gate.unlockRead(stamp);
    }
  }

  /** Waits for the reads under way; later ones are refused. */
  void close() {
    long stamp = gate.writeLock();
    closed = true;
    gate.unlockWrite(stamp);
  }

  Optional<Stored> newest(String key) {
    return whileOpen(() -> readNewest(key));
  }

  Optional<Entry> at(String key, long revision) {
    return whileOpen(() -> readAt(key, revision));
  }

  /** One page; {@code revision} 0 for the newest, {@code limit} 0 for all. */
  Page range(String from, String to, long revision, int limit) {
    return whileOpen(
        () -> revision == 0 ? rangeNewest(from, to, limit) : rangeAt(from, to, revision, limit));
  }

  /**
   * Events after a revision, at least {@code limit} where there are as many; a transaction is never
   * cut.
   *
   * @throws StoreException.Compacted when some of them are gone
   */
  List<Event> history(long after, long upTo, int limit) {
    return whileOpen(() -> readHistory(after, upTo, limit));
  }

  private Optional<Stored> readNewest(String key) {
    byte[] rawKey = Layout.key(key);
    byte[] position = database.get(database.latest(), rawKey);
    while (position != null) {
      byte[] record = database.get(database.log(), position);
      if (record != null) {
        Layout.Position at = Layout.Position.of(position, 0);
        return Optional.of(new Stored(Layout.record(record).entry(at.revision()), at));
      }
      // Replaced, and forgotten by a compaction, between the two reads.
      position = database.get(database.latest(), rawKey);
    }
    return Optional.empty();
  }

  private Optional<Entry> readAt(String key, long revision) {
    checkReachable(revision);
    try (ReadOptions options = new ReadOptions();
        RocksIterator index = database.iterator(database.index(), options)) {
      byte[] rawKey = Layout.key(key);
      Optional<Entry> found = versionAt(index, rawKey, revision, options);
      checkKept(revision);
      return found;
    }
  }

  private void checkReachable(long revision) {
    if (revision > revisions.current() && revision > written()) {
      throw new StoreException.FutureRevision(revision, revisions.current());
    }
    if (revisions.isLost(revision)) {
      throw new StoreException.Compacted(revision, revisions.current());
    }
    checkKept(revision);
  }

  /** Read before it was published to {@link Revisions#current}: somebody may have seen it. */
  private long written() {
    try (ReadOptions options = new ReadOptions()) {
      return revisions.written(database, options);
    }
  }

  /** After the read: what the horizon moved over meanwhile is no answer. */
  private void checkKept(long revision) {
    if (revision < revisions.compacted()) {
      throw new StoreException.Compacted(revision, revisions.compacted());
    }
  }

  /**
   * The version of a key that was newest at a revision; empty where it was deleted or not there.
   */
  private Optional<Entry> versionAt(
      RocksIterator index, byte[] rawKey, long revision, ReadOptions options) {
    index.seekForPrev(Layout.index(rawKey, new Layout.Position(revision, Integer.MAX_VALUE)));
    if (!index.isValid()) {
      return Optional.empty();
    }
    byte[] found = index.key();
    if (!Arrays.equals(Layout.indexKey(found), rawKey)) {
      return Optional.empty();
    }
    Layout.Position position = Layout.indexPosition(found);
    byte[] bytes = database.get(database.log(), options, position.bytes());
    if (bytes == null) {
      return Optional.empty();
    }
    Layout.LogRecord record = Layout.record(bytes);
    return record.deletion() ? Optional.empty() : Optional.of(record.entry(position.revision()));
  }

  private Page rangeNewest(String from, String to, int limit) {
    long current = revisions.current();
    Snapshot snapshot = database.snapshot();
    try (ReadOptions options = new ReadOptions().setSnapshot(snapshot);
        Slice upper = new Slice(Layout.key(to));
        ReadOptions scan = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(upper);
        RocksIterator latest = database.iterator(database.latest(), scan)) {
      List<Entry> entries = new ArrayList<>();
      long newest = Math.max(current, revisions.written(database, options));
      latest.seek(Layout.key(from));
      for (; latest.isValid(); latest.next()) {
        if (limit > 0 && entries.size() == limit) {
          return new Page(entries, newest, true);
        }
        entries.add(stored(Layout.Position.of(latest.value(), 0), options).entry());
      }
      return new Page(entries, newest, false);
    } finally {
      database.release(snapshot);
    }
  }

  private Page rangeAt(String from, String to, long revision, int limit) {
    checkReachable(revision);
    Snapshot snapshot = database.snapshot();
    try (ReadOptions options = new ReadOptions().setSnapshot(snapshot);
        RocksIterator keys = database.iterator(database.index(), options);
        RocksIterator versions = database.iterator(database.index(), options)) {
      List<Entry> entries = new ArrayList<>();
      byte[] last = Layout.key(to);
      byte[] first = Layout.key(from);
      keys.seek(first);
      while (keys.isValid()) {
        byte[] rawKey = Layout.indexKey(keys.key());
        if (Arrays.compareUnsigned(rawKey, last) >= 0) {
          break;
        }
        // An index entry is longer than its key, so the first one may belong to a key before.
        Optional<Entry> entry =
            Arrays.compareUnsigned(rawKey, first) < 0
                ? Optional.empty()
                : versionAt(versions, rawKey, revision, options);
        if (entry.isPresent()) {
          if (limit > 0 && entries.size() == limit) {
            checkKept(revision);
            return new Page(entries, revision, true);
          }
          entries.add(entry.get());
        }
        keys.seek(Layout.index(rawKey, new Layout.Position(Long.MAX_VALUE, Integer.MAX_VALUE)));
      }
      checkKept(revision);
      return new Page(entries, revision, false);
    } finally {
      database.release(snapshot);
    }
  }

  private Stored stored(Layout.Position position, ReadOptions options) {
    byte[] bytes = database.get(database.log(), options, position.bytes());
    Layout.LogRecord record = Layout.record(requireNonNull(bytes, "a version without its record"));
    return new Stored(record.entry(position.revision()), position);
  }

  /** About what the log takes from the horizon on. */
  long historyBytes() {
    return whileOpen(() -> {
      byte[] first = new Layout.Position(revisions.compacted() + 1, 0).bytes();
      byte[] last = new Layout.Position(Long.MAX_VALUE, Integer.MAX_VALUE).bytes();
      return database.approximateBytes(database.log(), first, last);
    });
  }

  private List<Event> readHistory(long after, long upTo, int limit) {
    List<Event> events = new ArrayList<>();
    try (ReadOptions options = new ReadOptions();
        RocksIterator log = database.iterator(database.log(), options)) {
      log.seek(new Layout.Position(after + 1, 0).bytes());
      long last = 0;
      for (; log.isValid(); log.next()) {
        Layout.Position position = Layout.Position.of(log.key(), 0);
        if (position.revision() > upTo || (events.size() >= limit && position.revision() != last)) {
          break;
        }
        last = position.revision();
        events.add(event(position, Layout.record(log.value()), options));
      }
    }
    checkKept(after);
    return events;
  }

  private Event event(Layout.Position position, Layout.LogRecord record, ReadOptions options) {
    Optional<Entry> previous = Optional.empty();
    if (!record.previous().isNone()) {
      byte @Nullable [] bytes = database.get(database.log(), options, record.previous().bytes());
      if (bytes != null) {
        previous = Optional.of(Layout.record(bytes).entry(record.previous().revision()));
      }
    }
    return new Event(
        record.deletion() ? Event.Type.DELETE : Event.Type.PUT,
        record.entry(position.revision()),
        previous);
  }
}

package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import dev.wherry.store.Event;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The transactions that go together: each is decided against the state that the ones before it
 * leave, and all are written in one batch. The writer's own, one group after the other.
 */
final class Group {
  private final Database database;
  private final Revisions revisions;
  private final Reader reader;
  private final Watches watches;
  private final RecentKeys recent = new RecentKeys();
  private final Batch batch = new Batch();
  private final List<Answer> answers = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private boolean watched;
  private long revision;
  private boolean sync;

  /** What one who waits is told once the batch is durable. */
  private record Answer(CompletableFuture<TxnResult> to, TxnResult result) {
    void give() {
      to.complete(result);
    }
  }

  Group(Database database, Revisions revisions, Reader reader, Watches watches) {
    this.database = database;
    this.revisions = revisions;
    this.reader = reader;
    this.watches = watches;
  }

  /** Another group, decided against what the tables hold. */
  void begin() {
    batch.clear();
    answers.clear();
    events.clear();
    watched = watches.isWatched();
    revision = revisions.current();
    sync = false;
  }

  /** It failed: what was decided never came to be. */
  void abandon() {
    revisions.abandon();
    recent.clear();
  }

  /** A key's newest version, those of this batch included. */
  private RecentKeys.Known known(String key) {
    return recent
        .get(key)
        .orElseGet(
            () -> reader.newestVersion(key).map(recent::found).orElseGet(() -> recent.absent(key)));
  }

  /** The newest version itself: at hand, still in this batch, or read. */
  private Optional<Entry> entry(String key) {
    return entry(key, known(key));
  }

  private Optional<Entry> entry(String key, RecentKeys.Known known) {
    if (!known.isThere() || known.entry().isPresent()) {
      return known.entry();
    }
    return known.position().revision() > revisions.current()
        ? ofThisBatch(key)
        : reader.newest(key);
  }

  private Optional<Entry> ofThisBatch(String key) {
    for (Event event : events.reversed()) {
      if (event.entry().key().equals(key)) {
        return Optional.of(event.entry());
      }
    }
    return Optional.empty();
  }

  void decide(Txn txn, CompletableFuture<TxnResult> to) {
    for (Txn.Compare compare : txn.compares()) {
      if (known(compare.key()).modRevision() != compare.modRevision()) {
        List<Optional<Entry>> current = new ArrayList<>();
        txn.compares().forEach(c -> current.add(entry(c.key())));
        answers.add(new Answer(to, new TxnResult.Conflict(current)));
        return;
      }
    }
    if (changesNothing(txn)) {
      answers.add(new Answer(to, new TxnResult.Committed(revision)));
      return;
    }
    long at = ++revision;
    sync |= revisions.reserve(database, batch, at);
    sync |= txn.durability() == Txn.Durability.SYNCED;
    for (int number = 0; number < txn.ops().size(); number++) {
      apply(txn.ops().get(number), new Layout.Position(at, number));
    }
    answers.add(new Answer(to, new TxnResult.Committed(at)));
  }

  private boolean changesNothing(Txn txn) {
    for (Txn.Op op : txn.ops()) {
      if (op instanceof Txn.Op.Put || known(op.key()).isThere()) {
        return false;
      }
    }
    return true;
  }

  private void apply(Txn.Op op, Layout.Position position) {
    RecentKeys.Known known = known(op.key());
    switch (op) {
      case Txn.Op.Put(String key, byte[] value) -> put(key, value, known, position);
      case Txn.Op.Delete(String key) -> {
        if (known.isThere()) {
          delete(key, known, position);
        }
      }
    }
  }

  private void put(String key, byte[] value, RecentKeys.Known known, Layout.Position position) {
    long revisionOfThis = position.revision();
    boolean there = known.isThere();
    long created = there ? known.createRevision() : revisionOfThis;
    long version = there ? known.version() + 1 : 1;
    Entry entry = new Entry(key, value, created, revisionOfThis, version);
    Optional<Entry> previous = watched ? entry(key, known) : Optional.empty();
    byte[] rawKey = Layout.key(key);
    byte[] rawPosition = position.bytes();
    batch.put(database.latest(), rawKey, rawPosition);
    record(rawKey, rawPosition, entry, false, known.position());
    recent.written(known, entry, position);
    events.add(new Event(Event.Type.PUT, entry, previous));
  }

  private void delete(String key, RecentKeys.Known known, Layout.Position position) {
    long version = known.version() + 1;
    Entry gone = new Entry(key, new byte[0], known.createRevision(), position.revision(), version);
    Optional<Entry> previous = watched ? entry(key, known) : Optional.empty();
    byte[] rawKey = Layout.key(key);
    batch.put(database.latest(), rawKey, Layout.deletedAt(position));
    record(rawKey, position.bytes(), gone, true, known.position());
    recent.deleted(known, position);
    events.add(new Event(Event.Type.DELETE, gone, previous));
  }

  private void record(
      byte[] rawKey, byte[] rawPosition, Entry entry, boolean deletion, Layout.Position previous) {
    Layout.LogRecord record =
        new Layout.LogRecord(
            deletion,
            previous,
            entry.createRevision(),
            entry.version(),
            entry.key(),
            entry.value());
    int bytes = Layout.recordBytes(rawKey, entry.value());
    Layout.record(record, rawKey, batch.put(database.log(), rawPosition, bytes));
  }

  /** Makes it durable, publishes its revision and tells the watches. */
  void write() {
    if (batch.isEmpty()) {
      return;
    }
    revisions.stamp(database, batch, revision);
    database.append(batch, sync);
    revisions.publish(revision);
    if (watched) {
      watches.happened(events);
    }
  }

  void answer() {
    answers.forEach(Answer::give);
    answers.clear();
    events.clear();
  }
}

package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import dev.wherry.store.Event;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The only thread that changes the database. Takes what waits, decides every transaction against
 * the state the ones before it leave, writes all into the journal in one batch with one sync, then
 * publishes the revision, tells the watches, answers, and puts the batch into the tables, in this
 * order. Those who were answered make up their next writes meanwhile.
 */
final class Writer {
  /** A batch takes no more transactions once it holds as much; bounds what a sync writes. */
  static final long BATCH_BYTES_MAX = 4L << 20;

  /**
   * And no more once it touches as many keys: those of a batch have to stay among the recent ones.
   */
  private static final int BATCH_KEYS_MAX = RecentKeys.GENERATION_KEYS_MAX / 2;

  /** How often tables that refuse what is durable are asked again while nobody writes. */
  private static final long RETRY_MILLIS = 1_000;

  private final Database database;
  private final Revisions revisions;
  private final Applied applied;
  private final Reader reader;
  private final Watches watches;
  private final BlockingQueue<Work> queue;
  private final int batchMax;
  private final Thread thread;
  private final RecentKeys recent = new RecentKeys();
  private final Batch batch = new Batch();
  private boolean settled = true;
  private volatile boolean closed;

  /** What the writer is asked to do. */
  private sealed interface Work {
    default long sizeBytes() {
      return 0;
    }

    default int keys() {
      return 0;
    }

    record Transact(Txn txn, CompletableFuture<TxnResult> answer) implements Work {
      @Override
      public long sizeBytes() {
        return txn.sizeBytes();
      }

      @Override
      public int keys() {
        return txn.compares().size() + txn.ops().size();
      }
    }

    /** Something of its own, between two batches. */
    record Run(Runnable task, CompletableFuture<Void> done) implements Work {}
  }

  /** What one who waits is told once the batch is written. */
  private record Answer(Work.Transact to, TxnResult result) {
    void give() {
      to.answer().complete(result);
    }
  }

  Writer(
      Database database,
      Revisions revisions,
      Applied applied,
      Reader reader,
      RocksStoreConfig config,
      Watches watches) {
    this.database = database;
    this.revisions = revisions;
    this.applied = applied;
    this.reader = reader;
    this.watches = watches;
    this.queue = new ArrayBlockingQueue<>(config.queueTxnsMax());
    this.batchMax = config.batchTxnsMax();
    this.thread = Thread.ofPlatform().name("store-writer").start(this::loop);
  }

  CompletableFuture<TxnResult> submit(Txn txn) {
    Work.Transact work = new Work.Transact(txn, new CompletableFuture<>());
    enqueue(work, work.answer());
    return work.answer();
  }

  /** Runs a task on the writer's thread and waits for it. */
  void run(Runnable task) {
    Work.Run work = new Work.Run(task, new CompletableFuture<>());
    enqueue(work, work.done());
    RocksStore.await(work.done());
  }

  private void enqueue(Work work, CompletableFuture<?> answer) {
    try {
      if (closed) {
        answer.completeExceptionally(new StoreException.Unavailable("the store is closed"));
        return;
      }
      queue.put(work);
      if (closed && queue.remove(work)) {
        answer.completeExceptionally(new StoreException.Unavailable("the store is closed"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.completeExceptionally(new StoreException.Unavailable("interrupted", e));
    }
  }

  private void loop() {
    List<Work> taken = new ArrayList<>();
    while (!closed || !queue.isEmpty()) {
      try {
        taken.add(next());
      } catch (InterruptedException e) {
        continue;
      }
      gather(taken);
      List<Work.Transact> group = new ArrayList<>(taken.size());
      for (Work work : taken) {
        switch (work) {
          case Work.Transact transact -> group.add(transact);
          case Work.Run(Runnable task, CompletableFuture<Void> done) -> {
            commit(group);
            group.clear();
            perform(task, done);
          }
        }
      }
      commit(group);
      taken.clear();
    }
  }

  private Work next() throws InterruptedException {
    Work next = settled ? queue.take() : null;
    while (next == null) {
      next = queue.poll(RETRY_MILLIS, TimeUnit.MILLISECONDS);
      if (next == null) {
        trySettle();
      }
    }
    return next;
  }

  /** Takes what waits, up to the limits of a batch. */
  private void gather(List<Work> taken) {
    long bytes = taken.getFirst().sizeBytes();
    int keys = taken.getFirst().keys();
    while (taken.size() < batchMax && bytes < BATCH_BYTES_MAX && keys < BATCH_KEYS_MAX) {
      Work next = queue.poll();
      if (next == null) {
        break;
      }
      taken.add(next);
      bytes += next.sizeBytes();
      keys += next.keys();
    }
  }

  private void perform(Runnable task, CompletableFuture<Void> done) {
    try {
      settle();
      task.run();
      done.complete(null);
    } catch (RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  private void commit(List<Work.Transact> group) {
    if (group.isEmpty()) {
      return;
    }
    try {
      settle();
      batch.clear();
      Group decided = new Group(group.size());
      for (Work.Transact work : group) {
        decided.decide(work);
      }
      decided.write();
      decided.answer();
    } catch (StoreException e) {
      fail(group, e);
    } catch (RuntimeException e) {
      // Whatever it is, those who wait are told and the thread lives on for the next group.
      fail(group, new StoreException.Unavailable("the store failed: " + e, e));
    }
    trySettle();
  }

  /** Puts what is durable into the tables. Nothing is decided before: it would be by old state. */
  private void settle() {
    database.apply();
    applied.reached(revisions.current());
    settled = true;
  }

  /** The journal holds what the tables refuse, so nobody has to be told but those who read. */
  private void trySettle() {
    try {
      settle();
    } catch (StoreException e) {
      settled = false;
      applied.refused(e);
    }
  }

  private void fail(List<Work.Transact> group, StoreException why) {
    revisions.abandon();
    recent.clear();
    group.forEach(work -> work.answer().completeExceptionally(why));
  }

  /** Lets what waits be written, then ends the thread. */
  void close() {
    closed = true;
    queue.offer(new Work.Run(() -> {}, new CompletableFuture<>()));
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The transactions of one batch. */
  private final class Group {
    private final List<Answer> answers;
    private final List<Event> events = new ArrayList<>();
    private final boolean watched = watches.isWatched();
    private long revision = revisions.current();
    private boolean sync;

    Group(int size) {
      answers = new ArrayList<>(size);
    }

    /** A key's newest version, those of this batch included. */
    private RecentKeys.Known known(String key) {
      return recent
          .get(key)
          .orElseGet(() ->
              reader.newestVersion(key).map(recent::found).orElseGet(() -> recent.absent(key)));
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

    void decide(Work.Transact work) {
      Txn txn = work.txn();
      for (Txn.Compare compare : txn.compares()) {
        if (known(compare.key()).modRevision() != compare.modRevision()) {
          List<Optional<Entry>> current = new ArrayList<>();
          txn.compares().forEach(c -> current.add(entry(c.key())));
          answers.add(new Answer(work, new TxnResult.Conflict(current)));
          return;
        }
      }
      if (changesNothing(txn)) {
        answers.add(new Answer(work, new TxnResult.Committed(revision)));
        return;
      }
      long at = ++revision;
      sync |= revisions.reserve(database, batch, at);
      sync |= txn.durability() == Txn.Durability.SYNCED;
      for (int number = 0; number < txn.ops().size(); number++) {
        apply(txn.ops().get(number), new Layout.Position(at, number));
      }
      answers.add(new Answer(work, new TxnResult.Committed(at)));
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
      Entry gone =
          new Entry(key, new byte[0], known.createRevision(), position.revision(), version);
      Optional<Entry> previous = watched ? entry(key, known) : Optional.empty();
      byte[] rawKey = Layout.key(key);
      batch.put(database.latest(), rawKey, Layout.deletedAt(position));
      record(rawKey, position.bytes(), gone, true, known.position());
      recent.deleted(known, position);
      events.add(new Event(Event.Type.DELETE, gone, previous));
    }

    private void record(
        byte[] rawKey,
        byte[] rawPosition,
        Entry entry,
        boolean deletion,
        Layout.Position previous) {
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
    }
  }
}

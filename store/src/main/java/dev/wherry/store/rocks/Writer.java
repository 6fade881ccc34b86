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
import java.util.concurrent.locks.LockSupport;

/**
 * The only thread that changes the database. Takes what waits, decides every transaction against
 * the state the ones before it leave, writes all in one batch with one sync, then publishes the
 * revision, tells the watches and answers, in this order.
 */
final class Writer {
  /** A batch takes no more transactions once it holds as much; bounds what a sync writes. */
  static final long BATCH_BYTES_MAX = 4L << 20;

  /** And no more once it touches as many keys: those of a batch have to stay in the recent ones. */
  private static final int BATCH_KEYS_MAX = RecentKeys.HEADS_MAX / 2;

  /** At most this long it waits for a batch to fill; and never more than a quarter of a sync. */
  static final long GATHER_NANOS_MAX = 1_000_000;

  /** Longer than it takes to write a few more, so that not each of them wakes the writer. */
  private static final long GATHER_STEP_NANOS = 50_000;

  private static final byte[] NOTHING = {};

  private final Database database;
  private final Revisions revisions;
  private final Reader reader;
  private final Watches watches;
  private final BlockingQueue<Work> queue;
  private final int batchMax;
  private final Thread thread;
  private final RecentKeys recent = new RecentKeys();
  private long lastSyncNanos;
  private int lastGroup;
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
      Reader reader,
      RocksStoreConfig config,
      Watches watches) {
    this.database = database;
    this.revisions = revisions;
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
        taken.add(queue.take());
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

  /**
   * Takes what waits, up to the limits of a batch. Those who were answered by the last sync are
   * about to write again: it gives them a moment, or every other sync would serve only the few that
   * were quickest.
   */
  private void gather(List<Work> taken) {
    long bytes = taken.getFirst().sizeBytes();
    int keys = taken.getFirst().keys();
    long end = System.nanoTime() + Math.min(lastSyncNanos / 4, GATHER_NANOS_MAX);
    while (taken.size() < batchMax && bytes < BATCH_BYTES_MAX && keys < BATCH_KEYS_MAX) {
      Work next = queue.poll();
      if (next != null) {
        taken.add(next);
        bytes += next.sizeBytes();
        keys += next.keys();
      } else if (taken.size() < lastGroup && System.nanoTime() < end) {
        LockSupport.parkNanos(GATHER_STEP_NANOS);
      } else {
        break;
      }
    }
    lastGroup = taken.size();
  }

  private static void perform(Runnable task, CompletableFuture<Void> done) {
    try {
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
    private final Batch batch = new Batch();
    private final List<Answer> answers;
    private final List<Event> events = new ArrayList<>();
    private final boolean watched = watches.isWatched();
    private long revision = revisions.current();
    private boolean sync;

    Group(int size) {
      answers = new ArrayList<>(size);
    }

    /** Where a key's newest version stands, those of this batch included. */
    private RecentKeys.Head head(String key) {
      Optional<RecentKeys.Head> known = recent.head(key);
      if (known.isPresent()) {
        return known.get();
      }
      RecentKeys.Head head =
          reader
              .newest(key)
              .map(stored -> {
                recent.remember(stored.entry());
                return RecentKeys.Head.of(stored.position(), stored.entry());
              })
              .orElse(RecentKeys.Head.NONE);
      recent.put(key, head);
      return head;
    }

    /** The newest version itself: at hand, still in this batch, or read. */
    private Optional<Entry> entry(String key) {
      RecentKeys.Head head = head(key);
      if (head.isNone()) {
        return Optional.empty();
      }
      Optional<Entry> known = recent.entry(key, head);
      if (known.isPresent()) {
        return known;
      }
      return head.position().revision() > revisions.current()
          ? ofThisBatch(key)
          : reader.newest(key).map(Reader.Stored::entry);
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
        if (head(compare.key()).position().revision() != compare.modRevision()) {
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
        if (op instanceof Txn.Op.Put || !head(op.key()).isNone()) {
          return false;
        }
      }
      return true;
    }

    private void apply(Txn.Op op, Layout.Position position) {
      RecentKeys.Head before = head(op.key());
      switch (op) {
        case Txn.Op.Put(String key, byte[] value) -> put(key, value, before, position);
        case Txn.Op.Delete(String key) -> {
          if (!before.isNone()) {
            delete(key, before, position);
          }
        }
      }
    }

    private void put(String key, byte[] value, RecentKeys.Head before, Layout.Position position) {
      long revisionOfThis = position.revision();
      long created = before.isNone() ? revisionOfThis : before.createRevision();
      Entry entry = new Entry(key, value, created, revisionOfThis, before.version() + 1);
      Optional<Entry> previous = previous(key, before);
      byte[] rawKey = Layout.key(key);
      batch.put(database.latest(), rawKey, position.bytes());
      record(rawKey, entry, false, before, position);
      recent.put(key, RecentKeys.Head.of(position, entry));
      recent.remember(entry);
      events.add(new Event(Event.Type.PUT, entry, previous));
    }

    /** Only for those who watch; it may have to be read. */
    private Optional<Entry> previous(String key, RecentKeys.Head before) {
      return before.isNone() || !watched ? Optional.empty() : entry(key);
    }

    private void delete(String key, RecentKeys.Head before, Layout.Position position) {
      long version = before.version() + 1;
      Entry gone =
          new Entry(key, new byte[0], before.createRevision(), position.revision(), version);
      Optional<Entry> previous = previous(key, before);
      byte[] rawKey = Layout.key(key);
      batch.delete(database.latest(), rawKey);
      record(rawKey, gone, true, before, position);
      recent.put(key, RecentKeys.Head.NONE);
      recent.forget(key);
      events.add(new Event(Event.Type.DELETE, gone, previous));
    }

    private void record(
        byte[] rawKey,
        Entry entry,
        boolean deletion,
        RecentKeys.Head before,
        Layout.Position position) {
      byte[] rawPosition = position.bytes();
      Layout.LogRecord record =
          new Layout.LogRecord(
              deletion,
              before.position(),
              entry.createRevision(),
              entry.version(),
              entry.key(),
              entry.value());
      batch.put(database.log(), rawPosition, Layout.record(record, rawKey));
      batch.put(database.index(), Layout.index(rawKey, position), NOTHING);
    }

    void write() {
      if (batch.isEmpty()) {
        return;
      }
      revisions.stamp(database, batch, revision);
      long start = System.nanoTime();
      database.write(batch, sync);
      lastSyncNanos = System.nanoTime() - start;
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

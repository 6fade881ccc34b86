package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import dev.wherry.store.Event;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The only thread that changes the database. Takes what waits, decides every transaction against
 * the state the ones before it leave, writes all in one batch with one sync, then publishes the
 * revision, tells the watches and answers, in this order.
 */
final class Writer {
  /** A batch takes no more transactions once it holds as much; bounds what a sync writes. */
  static final long BATCH_BYTES_MAX = 4L << 20;

  /** At most this long it waits for a batch to fill; and never more than a quarter of a sync. */
  static final long GATHER_NANOS_MAX = 1_000_000;

  /** Longer than it takes to write a few more, so that not each of them wakes the writer. */
  private static final long GATHER_STEP_NANOS = 50_000;

  private final Database database;
  private final Revisions revisions;
  private final Reader reader;
  private final Consumer<List<Event>> watches;
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

    record Transact(Txn txn, CompletableFuture<TxnResult> answer) implements Work {
      @Override
      public long sizeBytes() {
        return txn.sizeBytes();
      }
    }

    /** Something of its own, between two batches. */
    record Run(Runnable task, CompletableFuture<Void> done) implements Work {}
  }

  Writer(
      Database database,
      Revisions revisions,
      Reader reader,
      RocksStoreConfig config,
      Consumer<List<Event>> watches) {
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
    long end = System.nanoTime() + Math.min(lastSyncNanos / 4, GATHER_NANOS_MAX);
    while (taken.size() < batchMax && bytes < BATCH_BYTES_MAX) {
      Work next = queue.poll();
      if (next != null) {
        taken.add(next);
        bytes += next.sizeBytes();
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
    try (WriteBatch batch = new WriteBatch()) {
      Group decided = new Group(batch);
      for (Work.Transact work : group) {
        decided.decide(work);
      }
      decided.write();
      decided.answer();
    } catch (RocksDBException e) {
      fail(group, Database.failure(e));
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
    private final WriteBatch batch;
    private final Map<String, Optional<Reader.Stored>> known = new HashMap<>();
    private final List<Runnable> answers = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private long revision = revisions.current();
    private boolean sync;

    Group(WriteBatch batch) {
      this.batch = batch;
    }

    /** As this batch leaves it, as an earlier one left it, or as the database has it. */
    private Optional<Reader.Stored> state(String key) {
      Optional<Reader.Stored> state = known.get(key);
      if (state == null) {
        state = recent.get(key).orElseGet(() -> reader.newest(key));
        known.put(key, state);
      }
      return state;
    }

    void decide(Work.Transact work) throws RocksDBException {
      Txn txn = work.txn();
      for (Txn.Compare compare : txn.compares()) {
        long at = state(compare.key()).map(s -> s.entry().modRevision()).orElse(0L);
        if (at != compare.modRevision()) {
          List<Optional<Entry>> current = new ArrayList<>();
          txn.compares().forEach(c -> current.add(state(c.key()).map(Reader.Stored::entry)));
          answers.add(() -> work.answer().complete(new TxnResult.Conflict(current)));
          return;
        }
      }
      if (changesNothing(txn)) {
        long newest = revision;
        answers.add(() -> work.answer().complete(new TxnResult.Committed(newest)));
        return;
      }
      long at = ++revision;
      sync |= revisions.reserve(database, batch, at);
      sync |= txn.durability() == Txn.Durability.SYNCED;
      for (int number = 0; number < txn.ops().size(); number++) {
        apply(txn.ops().get(number), new Layout.Position(at, number));
      }
      answers.add(() -> work.answer().complete(new TxnResult.Committed(at)));
    }

    private boolean changesNothing(Txn txn) {
      for (Txn.Op op : txn.ops()) {
        if (op instanceof Txn.Op.Put || state(op.key()).isPresent()) {
          return false;
        }
      }
      return true;
    }

    private void apply(Txn.Op op, Layout.Position position) throws RocksDBException {
      Optional<Reader.Stored> before = state(op.key());
      switch (op) {
        case Txn.Op.Put(String key, byte[] value) -> put(key, value, before, position);
        case Txn.Op.Delete(String key) -> {
          if (before.isPresent()) {
            delete(key, before.get(), position);
          }
        }
      }
    }

    private void put(
        String key, byte[] value, Optional<Reader.Stored> before, Layout.Position position)
        throws RocksDBException {
      Entry entry =
          new Entry(
              key,
              value,
              before.map(b -> b.entry().createRevision()).orElse(position.revision()),
              position.revision(),
              before.map(b -> b.entry().version() + 1).orElse(1L));
      byte[] rawKey = Layout.key(key);
      batch.put(database.latest(), rawKey, position.bytes());
      record(rawKey, entry, false, before, position);
      known.put(key, Optional.of(new Reader.Stored(entry, position)));
      events.add(new Event(Event.Type.PUT, entry, before.map(Reader.Stored::entry)));
    }

    private void delete(String key, Reader.Stored before, Layout.Position position)
        throws RocksDBException {
      Entry gone =
          new Entry(
              key,
              new byte[0],
              before.entry().createRevision(),
              position.revision(),
              before.entry().version() + 1);
      byte[] rawKey = Layout.key(key);
      batch.delete(database.latest(), rawKey);
      record(rawKey, gone, true, Optional.of(before), position);
      known.put(key, Optional.empty());
      events.add(new Event(Event.Type.DELETE, gone, Optional.of(before.entry())));
    }

    private void record(
        byte[] rawKey,
        Entry entry,
        boolean deletion,
        Optional<Reader.Stored> before,
        Layout.Position position)
        throws RocksDBException {
      Layout.LogRecord record =
          new Layout.LogRecord(
              deletion,
              before.map(Reader.Stored::position).orElse(Layout.Position.NONE),
              entry.createRevision(),
              entry.version(),
              entry.key(),
              entry.value());
      batch.put(database.log(), position.bytes(), Layout.record(record));
      batch.put(database.index(), Layout.index(rawKey, position), new byte[0]);
    }

    void write() throws RocksDBException {
      if (batch.count() > 0) {
        revisions.stamp(database, batch, revision);
        long start = System.nanoTime();
        database.write(batch, sync);
        lastSyncNanos = System.nanoTime() - start;
        known.forEach(recent::put);
        revisions.publish(revision);
        if (!events.isEmpty()) {
          watches.accept(events);
        }
      }
    }

    void answer() {
      answers.forEach(Runnable::run);
    }
  }
}

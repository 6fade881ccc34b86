package dev.wherry.store.rocks;

import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.util.ArrayList;
import java.util.List;
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
  private final Group group;
  private final BlockingQueue<Work> queue;
  private final int batchMax;
  private final Thread thread;
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
    this.group = new Group(database, revisions, reader, watches);
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
      List<Work.Transact> works = new ArrayList<>(taken.size());
      for (Work work : taken) {
        switch (work) {
          case Work.Transact transact -> works.add(transact);
          case Work.Run(Runnable task, CompletableFuture<Void> done) -> {
            commit(works);
            works.clear();
            perform(task, done);
          }
        }
      }
      commit(works);
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

  private void commit(List<Work.Transact> works) {
    if (works.isEmpty()) {
      return;
    }
    try {
      settle();
      group.begin();
      for (Work.Transact work : works) {
        group.decide(work.txn(), work.answer());
      }
      group.write();
      group.answer();
    } catch (StoreException e) {
      fail(works, e);
    } catch (RuntimeException e) {
      // Whatever it is, those who wait are told and the thread lives on for the next group.
      fail(works, new StoreException.Unavailable("the store failed: " + e, e));
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

  private void fail(List<Work.Transact> works, StoreException why) {
    group.abandon();
    works.forEach(work -> work.answer().completeExceptionally(why));
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
}

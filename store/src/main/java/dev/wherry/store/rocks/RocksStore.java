package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import dev.wherry.store.Page;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import dev.wherry.store.Subscription;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import dev.wherry.store.WatchListener;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The store over RocksDB. */
public final class RocksStore implements Store {
  private final DataDirectory directory;
  private final Database database;
  private final Revisions revisions;
  private final Reader reader;
  private final Watches watches;
  private final Writer writer;
  private final Compaction compaction;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RocksStore(
      DataDirectory directory, Database database, Revisions revisions, RocksStoreConfig config) {
    this.directory = directory;
    this.database = database;
    this.revisions = revisions;
    Applied applied = new Applied(revisions.current());
    this.reader = new Reader(database, revisions, applied);
    this.watches = new Watches(reader);
    this.compaction = new Compaction(database, revisions);
    this.writer = new Writer(database, revisions, applied, reader, config, watches);
  }

  /**
   * Opens the folder, or begins a new store in it.
   *
   * @throws StoreException.Refused when it is in use, damaged, or written by a newer program
   */
  public static RocksStore open(Path folder, RocksStoreConfig config) {
    DataDirectory directory = DataDirectory.open(folder);
    @Nullable Database database = null;
    try {
      database = new Database(directory.database(), directory.journal(), config);
      Revisions revisions = Revisions.load(database, config.reservedRevisions());
      directory.persist();
      RocksStore store = new RocksStore(directory, database, revisions, config);
      store.leaveIndex();
      return store;
    } catch (StoreException e) {
      if (database != null) {
        database.close();
      }
      directory.close();
      throw e;
    }
  }

  /**
   * Data directories before version 3 did not keep what deletions leave behind, so what was before
   * the first start on them cannot be read, but through their index, which goes.
   */
  private void leaveIndex() {
    if (database.hasIndex()) {
      compact(revisions.current());
      writer.run(database::dropIndex);
    }
  }

  @Override
  public Optional<Entry> get(String key) {
    return reader.newest(key);
  }

  @Override
  public Optional<Entry> getAt(String key, long revision) {
    return reader.at(key, revision);
  }

  @Override
  public Page range(String from, String to, long revision, int limit) {
    return reader.range(from, to, revision, limit);
  }

  @Override
  public TxnResult txn(Txn txn) {
    return await(txnAsync(txn));
  }

  @Override
  public CompletableFuture<TxnResult> txnAsync(Txn txn) {
    return writer.submit(txn);
  }

  @Override
  public Subscription watch(
      String from, String to, long after, int backlogEventsMax, WatchListener listener) {
    AtomicReference<@Nullable Subscription> started = new AtomicReference<>();
    writer.run(() -> {
      if (after < revisions.compacted() || revisions.isLost(after)) {
        throw new StoreException.Compacted(after, revisions.compacted());
      }
      started.set(watches.start(from, to, after, revisions.current(), backlogEventsMax, listener));
    });
    Subscription subscription = started.get();
    if (subscription == null) {
      throw new StoreException.Unavailable("the store is closed");
    }
    return subscription;
  }

  @Override
  public long currentRevision() {
    return revisions.current();
  }

  @Override
  public long compactedRevision() {
    return revisions.compacted();
  }

  @Override
  public void compact(long revision) {
    AtomicBoolean reached = new AtomicBoolean();
    while (!reached.get()) {
      writer.run(() -> reached.set(compaction.step(revision)));
    }
  }

  @Override
  public long historyBytes() {
    return reader.historyBytes();
  }

  @Override
  public void checkpoint(Path folder) {
    DataDirectory.beginCopy(folder);
    writer.run(() -> database.checkpoint(DataDirectory.databaseOf(folder)));
    DataDirectory.finishCopy(folder);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    writer.close();
    watches.close();
    reader.close();
    try {
      Batch batch = new Batch();
      revisions.writeClean(database, batch);
      database.write(batch, true);
    } finally {
      database.close();
      directory.close();
    }
  }

  /** Waits, and throws what the writer threw. */
  static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException.Unavailable("interrupted while waiting for the store", e);
    } catch (ExecutionException | CompletionException e) {
      if (e.getCause() instanceof StoreException known) {
        throw known;
      }
      throw new StoreException.Unavailable("the store failed", e);
    }
  }
}

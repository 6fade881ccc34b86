package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.store.Entry;
import dev.wherry.store.Page;
import dev.wherry.store.Store;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Writes every value again that is not encrypted as it would be now, after a start and whenever
 * keys change: a rotated key is in use everywhere when it ends. Values that change meanwhile are
 * encrypted by that change. One virtual thread, a page at a time.
 */
final class Rewriting implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Rewriting.class.getName());
  private static final int PAGE_ENTRIES = 500;

  private final Store store;
  private final Supplier<ConfiguredTransformer> transformers;
  private final Semaphore wanted = new Semaphore(1);
  private final Thread thread;

  /** Starts. */
  Rewriting(Store store, Supplier<ConfiguredTransformer> transformers) {
    this.store = store;
    this.transformers = transformers;
    this.thread = Thread.ofVirtual().name("rewriting").start(this::run);
  }

  /** Looks through everything once more. */
  void again() {
    wanted.release();
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        wanted.acquire();
        wanted.drainPermits();
        LOG.log(Level.INFO, "encryption=rewritten values=" + rewrite(transformers.get()));
      } catch (InterruptedException closed) {
        return;
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "encryption=rewriting failed", e);
      }
    }
  }

  private int rewrite(ConfiguredTransformer transformer) {
    int written = 0;
    String from = StoreKeys.PREFIX;
    while (!Thread.currentThread().isInterrupted()) {
      Page page = store.range(from, StoreKeys.END, 0, PAGE_ENTRIES);
      for (Entry entry : page.entries()) {
        if (transformer.isStale(entry.key(), entry.value()) && rewrite(transformer, entry)) {
          written++;
        }
      }
      if (!page.more()) {
        break;
      }
      from = page.entries().getLast().key() + "\u0001";
    }
    return written;
  }

  private boolean rewrite(ConfiguredTransformer transformer, Entry entry) {
    byte[] value =
        transformer.toStored(entry.key(), transformer.fromStored(entry.key(), entry.value()));
    return store.txn(Txn.put(entry.key(), value, entry.modRevision(), Txn.Durability.SYNCED))
        instanceof TxnResult.Committed;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

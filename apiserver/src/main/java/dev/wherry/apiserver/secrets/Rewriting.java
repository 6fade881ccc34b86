package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.store.Entry;
import dev.wherry.store.Page;
import dev.wherry.store.Store;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.lang.System.Logger.Level;

/**
 * Writes every value again that is not encrypted as it would be now, once, after a start: a rotated
 * key is in use everywhere when it ends. Values that change meanwhile are encrypted by that change.
 * One virtual thread, a page at a time.
 */
public final class Rewriting implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Rewriting.class.getName());
  private static final int PAGE_ENTRIES = 500;

  private final Store store;
  private final ConfiguredTransformer transformer;
  private final Thread thread;

  /** Starts. */
  public Rewriting(Store store, ConfiguredTransformer transformer) {
    this.store = store;
    this.transformer = transformer;
    this.thread = Thread.ofVirtual().name("rewriting").start(this::run);
  }

  private void run() {
    try {
      LOG.log(Level.INFO, "encryption=rewritten values=" + rewrite());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "encryption=rewriting failed", e);
    }
  }

  private int rewrite() {
    int written = 0;
    String from = StoreKeys.PREFIX;
    while (!Thread.currentThread().isInterrupted()) {
      Page page = store.range(from, StoreKeys.END, 0, PAGE_ENTRIES);
      for (Entry entry : page.entries()) {
        if (transformer.isStale(entry.key(), entry.value()) && rewrite(entry)) {
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

  private boolean rewrite(Entry entry) {
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

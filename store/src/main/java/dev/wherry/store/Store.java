package dev.wherry.store;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A map of keys to bytes in which every change has a revision, in one order for all keys. What was
 * acknowledged is durable; what is not durable is not visible. Byte arrays are never changed once
 * handed over, in either direction.
 *
 * <p>Keys are UTF-8 without zero bytes and sort as bytes. Ranges are half open: {@code from}
 * belongs to them, {@code to} does not.
 */
public interface Store extends AutoCloseable {
  /** The newest version of a key. */
  Optional<Entry> get(String key);

  /**
   * The version that was newest at a revision.
   *
   * @throws StoreException.Compacted when the revision lies before the horizon
   * @throws StoreException.FutureRevision when it has not been reached
   */
  Optional<Entry> getAt(String key, long revision);

  /**
   * Entries in the order of their keys, all as of one revision.
   *
   * @param revision 0 for the newest
   * @param limit 0 for all; {@link Page#more} tells whether some were left
   * @throws StoreException.Compacted when the revision lies before the horizon
   * @throws StoreException.FutureRevision when it has not been reached
   */
  Page range(String from, String to, long revision, int limit);

  /**
   * Carries out all operations, or none, and returns when that is durable.
   *
   * <p>Deletions of absent keys alone change nothing and take no revision; the answer then carries
   * the newest one.
   *
   * @throws StoreException.Full when the disk is full; nothing was changed as far as anybody sees
   */
  TxnResult txn(Txn txn);

  /** As {@link #txn}, without waiting. */
  CompletableFuture<TxnResult> txnAsync(Txn txn);

  /**
   * Every change of the range after a revision, in order, without gap or repetition.
   *
   * @param after events of higher revisions are delivered
   * @param backlogEventsMax a listener that falls this far behind is ended
   * @throws StoreException.Compacted when events after this revision are gone already
   */
  Subscription watch(
      String from, String to, long after, int backlogEventsMax, WatchListener listener);

  /** The newest visible revision. */
  long currentRevision();

  /** Versions that were replaced at or before this revision may be gone. */
  long compactedRevision();

  /**
   * Forgets versions that were replaced at or before a revision. The horizon may come to lie a
   * little higher, behind revisions that an unclean stop lost; it is one to go on from.
   */
  void compact(long revision);

  /** About how many bytes the changes since the horizon take on disk. */
  long historyBytes();

  /**
   * Writes a consistent copy into a folder that does not exist yet; it can be opened as a store.
   *
   * @throws StoreException.Refused when the folder exists or cannot be made
   */
  void checkpoint(Path folder);

  @Override
  void close();
}

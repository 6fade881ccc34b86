package dev.wherry.apiserver.cache;

import java.util.ArrayDeque;
import java.util.Iterator;

/** The last changes of a resource, for watches that come back. Guarded by its cache's lock. */
final class ChangeHistory {
  /** Changes remembered. */
  static final int CHANGES_MAX = 4_096;

  /** So many are remembered however old they are. */
  static final int CHANGES_MIN = 128;

  /** Bytes of old versions those may hold. */
  static final long BYTES_MAX = 8L << 20;

  private static final long CHANGE_BYTES = 100;

  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private long bytes;
  private long since;

  /**
   * @param since changes before this revision were forgotten already
   */
  ChangeHistory(long since) {
    this.since = since;
  }

  /** Watches from this revision on can be served from memory. */
  long since() {
    return since;
  }

  void add(Change change) {
    changes.add(change);
    bytes += size(change);
    while (changes.size() > CHANGES_MAX || bytes > BYTES_MAX) {
      removeOldest();
    }
  }

  /** Changes up to a revision are old. */
  void age(long revision) {
    while (changes.size() > CHANGES_MIN && changes.getFirst().revision() <= revision) {
      removeOldest();
    }
  }

  private void removeOldest() {
    Change oldest = changes.remove();
    bytes -= size(oldest);
    since = oldest.revision();
  }

  /** Changes up to a revision cannot be told any more. */
  void forget(long revision) {
    changes.clear();
    bytes = 0;
    since = revision;
  }

  /** Newest first. */
  Iterator<Change> newestFirst() {
    return changes.descendingIterator();
  }

  private static long size(Change change) {
    return change.object().bytes().length + CHANGE_BYTES;
  }
}

package dev.wherry.store;

import java.util.List;
import java.util.Optional;

/** What came of a transaction. */
public sealed interface TxnResult {
  /** Done, durably, at this revision. */
  record Committed(long revision) implements TxnResult {}

  /**
   * A comparison failed and nothing was changed.
   *
   * @param current of every comparison's key, in their order
   */
  record Conflict(List<Optional<Entry>> current) implements TxnResult {
    public Conflict {
      current = List.copyOf(current);
    }
  }
}

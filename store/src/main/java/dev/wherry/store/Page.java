package dev.wherry.store;

import java.util.List;

/**
 * A part of a range.
 *
 * @param revision all entries are as of this revision
 * @param more whether the range goes on behind the last entry
 */
public record Page(List<Entry> entries, long revision, boolean more) {
  public Page {
    entries = List.copyOf(entries);
  }
}

package dev.wherry.store;

import java.util.Optional;

/**
 * One change.
 *
 * @param entry the version written; of a deletion its key and revision, with an empty value
 * @param previous the version before, where there was one
 */
public record Event(Type type, Entry entry, Optional<Entry> previous) {
  /** What was done. */
  public enum Type {
    PUT,
    DELETE
  }

  public long revision() {
    return entry.modRevision();
  }
}

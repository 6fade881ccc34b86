package dev.wherry.apiserver.cache;

import java.nio.charset.StandardCharsets;

/** What one watcher is told: a change as its selection sees it, or a bookmark. */
public sealed interface WatchEvent {
  long revision();

  /**
   * An object came into, changed in or left the selection.
   *
   * @param frames what watchers of the same change share
   */
  record Changed(Type type, long revision, CachedObject object, Frames frames)
      implements WatchEvent {
    static Changed alone(Type type, CachedObject object) {
      return new Changed(type, object.revision(), object, Frames.alone());
    }
  }

  /**
   * Nothing up to this revision is missing.
   *
   * @param initialEventsEnd whether it ends the first events of a streamed list
   */
  record Bookmark(long revision, boolean initialEventsEnd) implements WatchEvent {}

  /** How an object changed for the watcher. */
  enum Type {
    ADDED,
    MODIFIED,
    DELETED;

    private final byte[] prefix;

    Type() {
      prefix = ("{\"type\":\"" + name() + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
    }

    /** The bytes before the object in a frame; not to be changed. */
    public byte[] prefix() {
      return prefix;
    }
  }
}

package dev.wherry.apiserver.cache;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What one watcher is told: a change as its selection sees it, or a bookmark. */
public sealed interface WatchEvent {
  long revision();

  /**
   * An object came into, changed in or left the selection.
   *
   * @param frames what watchers of the same change share
   * @param previous what there was before; empty of an object that is told at the watch's beginning
   */
  record Changed(
      Type type, long revision, CachedObject object, Frames frames, Optional<CachedObject> previous)
      implements WatchEvent {
    /**
     * A change, as a selection sees it. Of what leaves the selection the last version in it is
     * told, under the revision of the change (apiserver storage/cacher).
     */
    static Changed of(Type type, Change change, Frames frames) {
      boolean leaves = type == Type.DELETED && !change.deletion();
      CachedObject object =
          leaves ? change.previous().orElseThrow().at(change.revision()) : change.object();
      return new Changed(type, change.revision(), object, frames, change.previous());
    }

    /** What is there at the watch's beginning. */
    static Changed present(CachedObject object) {
      return new Changed(Type.ADDED, object.revision(), object, Frames.alone(), Optional.empty());
    }

    /** The same change as somebody sees it who selects more closely. */
    public Changed as(Type other) {
      if (other == type) {
        return this;
      }
      CachedObject told = other == Type.DELETED ? previous.orElseThrow().at(revision) : object;
      return new Changed(other, revision, told, Frames.alone(), previous);
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

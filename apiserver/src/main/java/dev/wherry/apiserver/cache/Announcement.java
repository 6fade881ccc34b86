package dev.wherry.apiserver.cache;

import org.jspecify.annotations.Nullable;

/**
 * A change on its way to all watchers of a resource: those who see it in the same way get the same
 * event, and share its frames. Belongs to the cache's thread.
 */
final class Announcement {
  private final Change change;
  private final WatchEvent.@Nullable Changed[] events =
      new WatchEvent.@Nullable Changed[WatchEvent.Type.values().length];

  Announcement(Change change) {
    this.change = change;
  }

  Change change() {
    return change;
  }

  WatchEvent.Changed event(WatchEvent.Type type) {
    WatchEvent.Changed known = events[type.ordinal()];
    if (known == null) {
      known = WatchEvent.Changed.of(type, change, Frames.shared());
      events[type.ordinal()] = known;
    }
    return known;
  }
}

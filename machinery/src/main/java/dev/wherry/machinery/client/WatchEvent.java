package dev.wherry.machinery.client;

/** One event of a watch. */
public sealed interface WatchEvent<T> {
  record Added<T>(T object) implements WatchEvent<T> {}

  record Modified<T>(T object) implements WatchEvent<T> {}

  /** The object as it last was, its resourceVersion that of the deletion. */
  record Deleted<T>(T object) implements WatchEvent<T> {}

  /**
   * @param initialEventsEnd all objects that were present have been sent
   */
  record Bookmark<T>(String resourceVersion, boolean initialEventsEnd) implements WatchEvent<T> {}
}

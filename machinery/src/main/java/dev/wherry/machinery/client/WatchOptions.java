package dev.wherry.machinery.client;

import java.time.Duration;

/**
 * What a WATCH asks for.
 *
 * @param resourceVersion events after this revision; "" for present objects first
 * @param bookmarks whether the server may send BOOKMARK events
 * @param sendInitialEvents WatchList (KEP-3157): present objects as ADDED, a bookmark, then events
 * @param timeout when the server ends the watch; zero leaves it to the server
 */
public record WatchOptions(
    String labelSelector,
    String fieldSelector,
    String resourceVersion,
    boolean bookmarks,
    boolean sendInitialEvents,
    Duration timeout) {
  /** Events after a revision. */
  public static WatchOptions after(String resourceVersion) {
    return new WatchOptions("", "", resourceVersion, true, false, Duration.ZERO);
  }

  /** Present objects, then events. */
  public static WatchOptions list() {
    return new WatchOptions("", "", "", true, true, Duration.ZERO);
  }

  public WatchOptions withSelectors(String labels, String fields) {
    return new WatchOptions(labels, fields, resourceVersion, bookmarks, sendInitialEvents, timeout);
  }

  public WatchOptions withTimeout(Duration end) {
    return new WatchOptions(
        labelSelector, fieldSelector, resourceVersion, bookmarks, sendInitialEvents, end);
  }

  /** A collection's path with these as its query. */
  public String on(String path) {
    String seconds = timeout.isZero() ? "" : Long.toString(Math.max(1, timeout.toSeconds()));
    return new Query(path)
        .add("watch", true)
        .add("labelSelector", labelSelector)
        .add("fieldSelector", fieldSelector)
        .add("resourceVersion", resourceVersion)
        .add("allowWatchBookmarks", bookmarks)
        .add("timeoutSeconds", seconds)
        .add("sendInitialEvents", sendInitialEvents)
        .add("resourceVersionMatch", sendInitialEvents ? "NotOlderThan" : "")
        .toString();
  }
}

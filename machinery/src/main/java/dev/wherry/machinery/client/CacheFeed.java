package dev.wherry.machinery.client;

import java.util.List;

/** What happens in a {@link CacheView}, for one reader. */
public interface CacheFeed<T> extends AutoCloseable {
  /** One event, in the order of revisions. */
  sealed interface Event<T> {
    /** Present at the beginning, created or changed. */
    record Stored<T>(Item<T> item) implements Event<T> {}

    /** The last version of what is gone, under the revision of its end. */
    record Gone<T>(Item<T> last) implements Event<T> {}

    /** All that was present has been told. */
    record Complete<T>() implements Event<T> {}

    /** The reader fell too far behind: it has to follow anew. The last event of a feed. */
    record Lost<T>() implements Event<T> {}
  }

  /** One version of one object; equal to another when it is the same version. */
  interface Item<T> {
    String namespace();

    String name();

    /** The typed form: the cache's own. */
    T object();
  }

  /**
   * Waits until something happens.
   *
   * @return at least one event
   * @throws dev.wherry.model.status.ApiException FORBIDDEN when the identity has lost its right
   */
  List<Event<T>> take(int eventsMax) throws InterruptedException;

  @Override
  void close();
}

package dev.wherry.machinery.client;

import dev.wherry.model.status.ApiException;
import java.util.Optional;

/** Takes the events of one watch, on one thread, in order. */
public interface WatchConsumer<T> {
  void event(WatchEvent<T> event);

  /**
   * Called once, last, unless the handle was closed before.
   *
   * @param error empty when the server ended the watch in order; EXPIRED or GONE when the events
   *     after the last one seen are lost and the client must list again
   */
  void ended(Optional<ApiException> error);
}

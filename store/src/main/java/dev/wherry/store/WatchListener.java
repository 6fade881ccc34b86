package dev.wherry.store;

import java.util.List;

/** Hears the changes of a range, on one thread at a time. May block: its backlog then grows. */
public interface WatchListener {
  /** Changes in the order of their revisions; those of one transaction come together. */
  void events(List<Event> events);

  /** Nothing more will come. */
  void ended(End reason);

  /** Why a watch ended. */
  enum End {
    CLOSED,
    /** More events waited than the backlog takes, or history went while it was read: list anew. */
    OVERRUN,
    STORE_CLOSED
  }
}

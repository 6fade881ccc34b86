package dev.wherry.machinery.client;

/** A running watch. */
@FunctionalInterface
public interface WatchHandle extends AutoCloseable {
  /** Ends the watch; an event under way may still arrive. A second call does nothing. */
  @Override
  void close();
}

package dev.wherry.controllers;

/** One controller: made before the informers start, begins to work after they are filled. */
public interface Controller extends AutoCloseable {
  void start();

  /**
   * Does one piece of waiting work on the caller's thread, for a test with a virtual clock that
   * never calls {@link #start}.
   *
   * @return false when nothing waited, or the controller works by threads of its own only
   */
  default boolean step() throws InterruptedException {
    return false;
  }

  @Override
  void close();
}

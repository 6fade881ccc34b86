package dev.wherry.controllers;

/** A controller whose work is all in one queue of keys. */
public interface KeyDriven extends Controller {
  /** Its queue and the threads that work on it. */
  KeyedController<?> keys();

  @Override
  default void start() {
    keys().start();
  }

  @Override
  default boolean step() throws InterruptedException {
    return keys().step();
  }

  @Override
  default void close() {
    keys().close();
  }
}

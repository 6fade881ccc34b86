package dev.wherry.controllers;

/** One controller: made before the informers start, begins to work after they are filled. */
public interface Controller extends AutoCloseable {
  void start();

  @Override
  void close();
}

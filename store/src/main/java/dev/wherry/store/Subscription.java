package dev.wherry.store;

/** A watch under way. */
public interface Subscription extends AutoCloseable {
  /** Ends it; the listener hears nothing more once this has returned, save a call under way. */
  @Override
  void close();
}

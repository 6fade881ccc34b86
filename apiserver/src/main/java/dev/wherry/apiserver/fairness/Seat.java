package dev.wherry.apiserver.fairness;

/** A request's right to run; closing gives it back. */
@FunctionalInterface
public interface Seat extends AutoCloseable {
  /** Of requests that nothing limits. */
  Seat FREE = () -> {};

  @Override
  void close();
}

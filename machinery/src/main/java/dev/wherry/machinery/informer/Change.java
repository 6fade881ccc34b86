package dev.wherry.machinery.informer;

/** What happened to an object, as an informer tells it. */
public sealed interface Change<T> {
  record Added<T>(T now) implements Change<T> {}

  record Updated<T>(T before, T now) implements Change<T> {}

  /**
   * @param last the last state seen; not the very last one when the end was missed
   */
  record Removed<T>(T last) implements Change<T> {}

  /** The newest state seen. */
  default T latest() {
    return switch (this) {
      case Added<T>(T now) -> now;
      case Updated<T>(T _, T now) -> now;
      case Removed<T>(T last) -> last;
    };
  }
}

package dev.wherry.apiserver.rest;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Work on many objects, each of which waits for the store: some at a time. */
final class Parallel {
  private Parallel() {}

  /**
   * Returns when all is done, or throws the first failure when what was under way has ended.
   *
   * @param inFlightMax how many at a time
   */
  static <T> void forEach(List<T> items, int inFlightMax, Consumer<T> work) {
    Iterator<T> left = items.iterator();
    AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(inFlightMax, items.size()); i++) {
        threads.execute(() -> {
          @Nullable T item = next(left);
          while (item != null && failure.get() == null) {
            try {
              work.accept(item);
            } catch (RuntimeException e) {
              failure.compareAndSet(null, e);
            }
            item = next(left);
          }
        });
      }
    }
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  private static <T> @Nullable T next(Iterator<T> left) {
    synchronized (left) {
      return left.hasNext() ? left.next() : null;
    }
  }
}

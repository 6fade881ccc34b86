package dev.wherry.runtime.images.snapshot;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** One lock for each name that is in use just now. */
final class NamedLocks {
  private final Map<String, Counted> held = new ConcurrentHashMap<>();

  private record Counted(ReentrantLock lock, int users) {}

  /** A taken lock. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  Held take(String name) {
    Counted mine =
        java.util.Objects.requireNonNull(
            held.compute(
                name,
                (_, before) ->
                    before == null
                        ? new Counted(new ReentrantLock(), 1)
                        : new Counted(before.lock(), before.users() + 1)));
    mine.lock().lock();
    return () -> {
      mine.lock().unlock();
      held.computeIfPresent(
          name, (_, now) -> now.users() == 1 ? null : new Counted(now.lock(), now.users() - 1));
    };
  }
}

package dev.wherry.apiserver.request;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * How long a request has waited for what is not this server's own work: a seat, and webhooks
 * (apiserver endpoints/request LatencyTrackers). Bound to the thread that answers the request.
 */
public final class Elsewhere {
  private static final ScopedValue<LongAdder> NANOS = ScopedValue.newInstance();

  private Elsewhere() {}

  /** Answers a request; what it waits is added to {@code nanos}. */
  public static <T> T counted(LongAdder nanos, Supplier<T> answer) {
    return ScopedValue.where(NANOS, nanos).call(answer::get);
  }

  /** Waits; counts for the request of this thread, if it has one. */
  public static <T> T waiting(Supplier<T> wait) {
    long began = System.nanoTime();
    try {
      return wait.get();
    } finally {
      if (NANOS.isBound()) {
        NANOS.get().add(System.nanoTime() - began);
      }
    }
  }
}

package dev.wherry.runtime.images.system;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Where blocking native calls are made: on the caller's thread if it is a platform thread, else on
 * one of a few of our own, so that no virtual thread pins its carrier in the kernel.
 */
public final class PlatformThreads implements AutoCloseable {
  /** Calls at once; others wait. */
  private static final int CALLS_MAX = 8;

  private final Semaphore places = new Semaphore(CALLS_MAX);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofPlatform().daemon().name("image-files-", 0).factory());

  /**
   * Makes a call and waits for it. Interrupting the caller interrupts the call.
   *
   * @throws InterruptedIOException when the caller was interrupted
   */
  public <T> T call(Callable<T> call) throws IOException {
    if (!Thread.currentThread().isVirtual()) {
      return direct(call);
    }
    try {
      places.acquire();
      try {
        return awaited(threads.submit(call));
      } finally {
        places.release();
      }
    } catch (InterruptedException e) {
      throw cancelled();
    }
  }

  private static InterruptedIOException cancelled() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("the call was cancelled");
  }

  private static <T> T direct(Callable<T> call) throws IOException {
    try {
      return call.call();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      throw cancelled();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static <T> T awaited(Future<T> running) throws IOException, InterruptedException {
    try {
      return running.get();
    } catch (InterruptedException e) {
      running.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException unexpected -> throw unexpected;
        case null, default -> throw new IOException(e.getCause());
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

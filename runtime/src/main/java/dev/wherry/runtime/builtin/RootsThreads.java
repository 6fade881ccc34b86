package dev.wherry.runtime.builtin;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Calls of {@link ContainerRoots}, which mount and so block, on platform threads of their own. */
public final class RootsThreads implements AutoCloseable {
  private static final int THREADS = 4;

  /** A call that answers. */
  @FunctionalInterface
  public interface Call<T> {
    T on(ContainerRoots roots) throws IOException;
  }

  /** A call that does. */
  @FunctionalInterface
  public interface Work {
    void on(ContainerRoots roots) throws IOException;
  }

  private final ContainerRoots roots;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("container-roots-", 0).factory());

  public RootsThreads(ContainerRoots roots) {
    this.roots = roots;
  }

  /** Waits for an answer. */
  public <T> T call(Call<T> call) throws IOException {
    Future<T> answer = threads.submit(() -> call.on(roots));
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw e.getCause() instanceof IOException io ? io : new IOException(e);
    }
  }

  /** Waits until it is done. */
  public void run(Work work) throws IOException {
    boolean _ =
        call(r -> {
          work.on(r);
          return true;
        });
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}

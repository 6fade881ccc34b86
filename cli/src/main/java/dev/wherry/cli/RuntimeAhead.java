package dev.wherry.cli;

import dev.wherry.apiserver.rest.Version;
import dev.wherry.machinery.time.Timer;
import dev.wherry.runtime.choice.LookedAtHost;
import dev.wherry.runtime.choice.NodeRuntime;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A worker's container runtime, opened on a thread of its own while the rest of the program starts:
 * a daemon needs half a second of its own, and nothing of it needs the API.
 */
final class RuntimeAhead implements AutoCloseable {
  private record Opened(ImageMirror mirror, NodeRuntime runtime) {}

  private final WorkerLock lock;
  private final FutureTask<Opened> opening;
  private volatile boolean kept;

  private RuntimeAhead(WorkerLock lock, FutureTask<Opened> opening) {
    this.lock = lock;
    this.opening = opening;
  }

  /**
   * Takes the data directory for this worker and begins.
   *
   * @throws IOException when another worker has the directory
   */
  static RuntimeAhead begin(WorkerOptions options, Timer timer) throws IOException {
    WorkerLock lock = WorkerLock.take(options.dataDirectory());
    FutureTask<Opened> opening = new FutureTask<>(() -> open(options, timer));
    Thread.ofPlatform().daemon().name("runtime-ahead").start(opening);
    return new RuntimeAhead(lock, opening);
  }

  private static Opened open(WorkerOptions options, Timer timer)
      throws IOException, InterruptedException {
    Path data = options.dataDirectory();
    ImageStore images = LocalNode.images(data);
    ImageMirror mirror = ImageMirror.start(images, data.resolve("mirror"));
    try {
      LookedAtHost host = LookedAtHost.usual(System.getenv());
      return new Opened(
          mirror,
          NodeRuntime.open(
              new NodeRuntime.Setup(
                  data,
                  images,
                  mirror,
                  host,
                  timer,
                  new SecureRandom(),
                  Version.GIT_VERSION.substring(1),
                  NodeConfiguration.systemdCgroups(options)),
              options.runtime()));
    } catch (IOException | InterruptedException | RuntimeException e) {
      mirror.close();
      throw e;
    }
  }

  /**
   * Waits for the runtime.
   *
   * @throws IOException with a sentence for the user when there is none
   */
  NodeRuntime await() throws IOException, InterruptedException {
    try {
      return opening.get().runtime();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException unexpected -> throw unexpected;
        case null, default -> throw new IOException(e);
      }
    }
  }

  /** The worker has started: from now on a daemon outlives this program. */
  void keep() {
    kept = true;
  }

  /** Closes what was opened, whether or not anybody waited for it. */
  @Override
  public void close() throws Exception {
    try {
      Opened opened = opening.get();
      try (ImageMirror _ = opened.mirror()) {
        if (kept) {
          opened.runtime().close();
        } else {
          opened.runtime().discard();
        }
      }
    } catch (ExecutionException e) {
      // Whoever waited for the runtime has told it.
    } finally {
      lock.close();
    }
  }
}

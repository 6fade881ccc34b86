package dev.wherry.runtime.choice;

import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.ContainerdDaemon;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Starts our containerd again when it has died; its containers run on meanwhile. One platform
 * thread, since connecting to a Unix socket blocks.
 *
 * @param closed opens when nobody wants it any more
 */
record DaemonWatch(CountDownLatch closed) implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DaemonWatch.class.getName());
  private static final Duration LOOK = Duration.ofSeconds(5);

  static DaemonWatch start(ContainerdConfig config, ImageStore images, ImageMirror mirror) {
    DaemonWatch watch = new DaemonWatch(new CountDownLatch(1));
    Thread.ofPlatform()
        .name("containerd-watch")
        .daemon()
        .start(() -> watch.run(config, images, mirror));
    return watch;
  }

  private void run(ContainerdConfig config, ImageStore images, ImageMirror mirror) {
    try {
      while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        if (LookedAtHost.silence(config.socket()).isPresent()) {
          LOG.log(Level.WARNING, "containerd is gone, starting it again");
          restart(config, images, mirror);
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "containerd is watched no longer");
    }
  }

  private static void restart(ContainerdConfig config, ImageStore images, ImageMirror mirror)
      throws InterruptedException {
    try {
      ContainerdDaemon.ensureRunning(config, images, mirror);
    } catch (IOException e) {
      LOG.log(Level.ERROR, "containerd not started: {0}", e.getMessage());
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}

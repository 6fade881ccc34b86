package dev.wherry.kubelet.log;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One directory watch shared by all followers, started with the first of them. A follower that
 * misses a signal looks again by itself, so the watch is a matter of speed, not of correctness.
 */
public final class LogWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LogWatch.class.getName());

  /** Directories watched at once; followers beyond it poll. */
  static final int DIRECTORIES_MAX = 512;

  private final Map<Path, Watched> watched = new HashMap<>();
  private @org.jspecify.annotations.Nullable WatchService service;

  private record Watched(WatchKey key, Set<Signal> signals) {}

  /** A follower's bell; close it when done. */
  public final class Signal implements AutoCloseable {
    private final Path directory;
    private final Semaphore rung = new Semaphore(0);

    private Signal(Path directory) {
      this.directory = directory;
    }

    /** Waits for a change in the directory or for the time to pass. */
    public void await(Duration atMost) throws IOException {
      try {
        rung.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
        rung.drainPermits();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while following a log", e);
      }
    }

    @Override
    public void close() {
      forget(this);
    }
  }

  /** Begins to watch a directory for one follower. */
  public synchronized Signal directory(Path directory) {
    Signal signal = new Signal(directory);
    Watched known = watched.get(directory);
    if (known != null) {
      known.signals().add(signal);
      return signal;
    }
    if (watched.size() >= DIRECTORIES_MAX) {
      return signal;
    }
    try {
      WatchKey key =
          directory.register(
              service(),
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_CREATE);
      watched.put(directory, new Watched(key, new HashSet<>(Set.of(signal))));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "log directory is polled, not watched dir=" + directory, e);
    }
    return signal;
  }

  private synchronized void forget(Signal signal) {
    Watched known = watched.get(signal.directory);
    if (known != null && known.signals().remove(signal) && known.signals().isEmpty()) {
      known.key().cancel();
      watched.remove(signal.directory);
    }
  }

  private WatchService service() throws IOException {
    WatchService existing = service;
    if (existing != null) {
      return existing;
    }
    WatchService opened = FileSystems.getDefault().newWatchService();
    service = opened;
    Thread.ofPlatform().daemon().name("kubelet-log-watch").start(() -> dispatch(opened));
    return opened;
  }

  private void dispatch(WatchService opened) {
    try {
      while (true) {
        WatchKey key = opened.take();
        key.pollEvents();
        ring((Path) key.watchable());
        key.reset();
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      LOG.log(Level.DEBUG, "log watch ended");
    }
  }

  private synchronized void ring(Path directory) {
    Watched known = watched.get(directory);
    if (known != null) {
      known.signals().forEach(signal -> signal.rung.release());
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (service != null) {
      service.close();
    }
  }
}

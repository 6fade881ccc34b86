package dev.wherry.runtime.logs;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One container's log on its way into the kubelet's file. Its own virtual thread reads and writes;
 * the lock lets a call reopen the file between two entries.
 */
final class LogCopy implements Runnable {
  private static final System.Logger LOG = System.getLogger(LogCopy.class.getName());
  private static final Duration RETRY_FIRST = Duration.ofMillis(100);
  private static final Duration RETRY_MAX = Duration.ofSeconds(10);

  private final LogSource source;
  private final LogPositions positions;
  private final String containerId;
  private final Path path;
  private final boolean tty;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<CriLogFile> file = Optional.empty();
  private LogPosition position = LogPosition.START;
  private Optional<LogSource.Stream> reading = Optional.empty();

  LogCopy(LogSource source, LogPositions positions, String containerId, Path path, boolean tty) {
    this.source = source;
    this.positions = positions;
    this.containerId = containerId;
    this.path = path;
    this.tty = tty;
  }

  /**
   * Creates or takes up the file; before any thread runs, so that it exists when a start returns.
   */
  void prepare() throws IOException {
    lock.lock();
    try {
      CriLogFile opened = CriLogFile.open(path);
      file = Optional.of(opened);
      position = positions.resume(containerId, path);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void run() {
    Duration wait = RETRY_FIRST;
    try {
      while (stop.getCount() > 0) {
        LogPosition before = position;
        tryCopy();
        if (!source.mayWriteMore(containerId)) {
          // What was written between the end of the stream and the end of the container.
          tryCopy();
          return;
        }
        wait = position.equals(before) ? min(wait.multipliedBy(2)) : RETRY_FIRST;
        if (stop.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeFile();
    }
  }

  private static Duration min(Duration wait) {
    return wait.compareTo(RETRY_MAX) < 0 ? wait : RETRY_MAX;
  }

  private void tryCopy() {
    try (LogSource.Stream stream = source.open(containerId, position.timestamp())) {
      if (!register(stream)) {
        return;
      }
      copy(new DockerLogReader(new ReadAhead(stream.in(), this::flush), tty));
    } catch (IOException e) {
      if (stop.getCount() > 0) {
        LOG.log(
            System.Logger.Level.DEBUG,
            "log stream ended container={0} reason={1}",
            containerId,
            e.getMessage());
      }
    }
  }

  private boolean register(LogSource.Stream stream) {
    lock.lock();
    try {
      reading = Optional.of(stream);
      return stop.getCount() > 0;
    } finally {
      lock.unlock();
    }
  }

  private void copy(DockerLogReader reader) throws IOException {
    LogPosition known = position;
    int seenAtKnown = 0;
    try {
      for (Optional<LogEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
        LogEntry entry = next.get();
        int order = entry.timestamp().compareTo(known.timestamp());
        if (order < 0 || (order == 0 && ++seenAtKnown <= known.count())) {
          continue;
        }
        write(entry);
      }
    } finally {
      flush();
    }
  }

  private void write(LogEntry entry) throws IOException {
    lock.lock();
    try {
      if (file.isPresent()) {
        file.get().write(entry);
        position = position.after(entry.timestamp());
      }
    } finally {
      lock.unlock();
    }
  }

  private void flush() throws IOException {
    lock.lock();
    try {
      if (file.isPresent()) {
        file.get().flush();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Goes on in a fresh file; how far the old one went is remembered, since that one may go. */
  void reopen() throws IOException {
    lock.lock();
    try {
      positions.remember(containerId, position);
      if (file.isPresent()) {
        file.get().reopen();
      } else {
        CriLogFile.open(path).close();
      }
    } finally {
      lock.unlock();
    }
  }

  void stop() {
    stop.countDown();
    lock.lock();
    try {
      reading.ifPresent(LogSource.Stream::close);
    } finally {
      lock.unlock();
    }
  }

  private void closeFile() {
    lock.lock();
    try {
      if (file.isPresent()) {
        file.get().close();
      }
      file = Optional.empty();
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "log not written container={0} path={1} reason={2}",
          containerId,
          path,
          e.getMessage());
    } finally {
      lock.unlock();
    }
  }
}

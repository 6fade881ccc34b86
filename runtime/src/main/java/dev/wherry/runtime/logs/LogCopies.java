package dev.wherry.runtime.logs;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The running copies, one per container that has started and not been removed. */
public final class LogCopies implements AutoCloseable {
  private static final Duration STOP_MAX = Duration.ofSeconds(5);
  private static final System.Logger LOG = System.getLogger(LogCopies.class.getName());

  private record Running(LogCopy copy, Thread thread) {}

  private final LogSource source;
  private final LogPositions positions;
  private final ConcurrentMap<String, Running> copies = new ConcurrentHashMap<>();

  public LogCopies(LogSource source, Path stateDirectory) {
    this.source = source;
    this.positions = new LogPositions(stateDirectory);
  }

  /** Starts, or takes up after a restart, the copy of a container's log; a second call is none. */
  public void follow(String containerId, Path path, boolean tty) {
    var copy = new LogCopy(source, positions, containerId, path, tty);
    Thread thread = Thread.ofVirtual().name("log-" + containerId).unstarted(copy);
    var running = new Running(copy, thread);
    if (copies.putIfAbsent(containerId, running) != null) {
      return;
    }
    try {
      copy.prepare();
    } catch (IOException e) {
      copies.remove(containerId, running);
      LOG.log(
          System.Logger.Level.WARNING,
          "log not copied container={0} path={1} reason={2}",
          containerId,
          path,
          e.getMessage());
      return;
    }
    thread.start();
  }

  /** After the kubelet renamed the file: the next line goes to a new one, which exists now. */
  public void reopen(String containerId) throws IOException {
    Running running = copies.get(containerId);
    if (running == null) {
      throw new IOException("the log of " + containerId + " is not being written");
    }
    running.copy().reopen();
  }

  /** Ends the copy of a removed container. */
  public void forget(String containerId) {
    Running running = copies.remove(containerId);
    if (running != null) {
      running.copy().stop();
    }
    try {
      positions.forget(containerId);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "log position stays container={0}", containerId);
    }
  }

  /** Returns once none writes any more: whoever takes the copies up reads how far they went. */
  @Override
  public void close() {
    List<Running> ending = List.copyOf(copies.values());
    copies.clear();
    ending.forEach(running -> running.copy().stop());
    try {
      for (Running running : ending) {
        running.thread().join(STOP_MAX.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

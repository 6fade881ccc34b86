package dev.wherry.runtime.logs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The running copies, one per container that has started and not been removed. */
public final class LogCopies implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LogCopies.class.getName());

  private final LogSource source;
  private final LogPositions positions;
  private final ConcurrentMap<String, LogCopy> copies = new ConcurrentHashMap<>();

  public LogCopies(LogSource source, Path stateDirectory) {
    this.source = source;
    this.positions = new LogPositions(stateDirectory);
  }

  /** Starts, or takes up after a restart, the copy of a container's log; a second call is none. */
  public void follow(String containerId, Path path, boolean tty) {
    var copy = new LogCopy(source, positions, containerId, path, tty);
    if (copies.putIfAbsent(containerId, copy) != null) {
      return;
    }
    try {
      copy.prepare();
    } catch (IOException e) {
      copies.remove(containerId, copy);
      LOG.log(
          System.Logger.Level.WARNING,
          "log not copied container={0} path={1} reason={2}",
          containerId,
          path,
          e.getMessage());
      return;
    }
    Thread.ofVirtual().name("log-" + containerId).start(copy);
  }

  /** After the kubelet renamed the file: the next line goes to a new one, which exists now. */
  public void reopen(String containerId) throws IOException {
    LogCopy copy = copies.get(containerId);
    if (copy == null) {
      throw new IOException("the log of " + containerId + " is not being written");
    }
    copy.reopen();
  }

  /** Ends the copy of a removed container. */
  public void forget(String containerId) {
    LogCopy copy = copies.remove(containerId);
    if (copy != null) {
      copy.stop();
    }
    try {
      positions.forget(containerId);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "log position stays container={0}", containerId);
    }
  }

  @Override
  public void close() {
    copies.values().forEach(LogCopy::stop);
    copies.clear();
  }
}

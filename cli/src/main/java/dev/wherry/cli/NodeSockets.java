package dev.wherry.cli;

import dev.wherry.network.sockets.HeldSockets;
import dev.wherry.network.sockets.ListeningSockets;
import dev.wherry.runtime.DaemonCgroup;
import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.ShimBinary;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The sockets on which a node is asked, held by a process that outlives this one, so that a restart
 * refuses nobody. It ends with the pods, or a minute after the last program that used it.
 */
public final class NodeSockets implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NodeSockets.class.getName());
  private static final String SOCKET = "sockets";
  private static final String CGROUP = "wherry-sockets-";

  private final Path data;
  private final Optional<HeldSockets> held;

  private NodeSockets(Path data, Optional<HeldSockets> held) {
    this.data = data;
    this.held = held;
  }

  /** Finds the holder of a data directory or starts one; without one sockets are bound as usual. */
  static NodeSockets open(Path data) throws InterruptedException {
    try {
      Path program = ShimBinary.install(data.resolve("bin"));
      String cgroup = CGROUP + RunDirectory.name(data);
      return new NodeSockets(
          data,
          Optional.of(
              HeldSockets.open(
                  program, path(data), started -> DaemonCgroup.leave(started, cgroup))));
    } catch (IOException | IllegalStateException e) {
      LOG.log(
          Level.WARNING,
          "sockets end with this program why=\"{0}\"",
          String.valueOf(e.getMessage()));
      return new NodeSockets(data, Optional.empty());
    }
  }

  private static Path path(Path data) {
    return RunDirectory.of(data).resolve(SOCKET);
  }

  ListeningSockets sockets() {
    return held.<ListeningSockets>map(sockets -> sockets).orElse(ListeningSockets.OWN);
  }

  /** Ends what holds a data directory's sockets; false where nothing does. */
  public static boolean end(Path data) {
    return HeldSockets.end(path(data));
  }

  @Override
  public void close() {
    held.ifPresent(sockets -> {
      if (Shutdown.grace(data).isPresent()) {
        sockets.end();
      }
      sockets.close();
    });
  }
}

package dev.wherry.runtime;

import dev.wherry.runtime.docker.DockerCri;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.streaming.socket.SocketServer;
import java.io.IOException;
import java.time.InstantSource;

/**
 * CRI over Docker, served in this process. Closing it ends no container; a later start, also of
 * another process, finds them again.
 */
public final class DockerShim implements AutoCloseable {
  private final DockerCri cri;
  private final SocketServer server;

  private DockerShim(DockerCri cri, SocketServer server) {
    this.cri = cri;
    this.server = server;
  }

  /**
   * Starts serving; Docker need not run yet, Status says whether it does.
   *
   * @param imported images asked for first, offered by {@code mirror}
   */
  public static DockerShim start(
      DockerShimConfig config, ImageStore imported, ImageMirror mirror, InstantSource clock)
      throws IOException {
    DockerCri cri = DockerCri.open(config, imported, mirror, clock);
    try {
      SocketServer server =
          SocketServer.start(config.criSocket(), SocketServer.Bounds.RUNTIME, cri.services());
      cri.resumeLogs();
      return new DockerShim(cri, server);
    } catch (IOException | RuntimeException e) {
      cri.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cri.close();
  }
}

package dev.wherry.runtime.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.runtime.streams.ShimConnection;
import dev.wherry.runtime.streams.StreamSource;
import dev.wherry.streaming.portforward.PodConnection;
import dev.wherry.streaming.remotecommand.CommandStatus;
import dev.wherry.streaming.remotecommand.RemoteProcess;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What stands behind a streaming endpoint: processes in containers with their streams, and
 * connections to a sandbox's ports.
 */
public final class DockerStreams implements StreamSource {
  private static final int CHUNK_BYTES = 32 * 1024;
  private static final int FRAME_STDERR = 2;
  private static final int EXIT_CODE_LOOKS_MAX = 100;
  private static final long EXIT_CODE_LOOK_MILLIS = 50;

  private final DockerConnection connection;
  private final Path shim;

  /**
   * @param shim the installed wherry-shim, which enters network namespaces
   */
  public DockerStreams(DockerConnection connection, Path shim) {
    this.connection = connection;
    this.shim = shim;
  }

  @Override
  public RemoteProcess exec(ExecRequest request) throws IOException {
    String exec =
        connection
            .client()
            .execCreateCmd(request.getContainerId())
            .withCmd(request.getCmdList().toArray(String[]::new))
            .withAttachStdin(request.getStdin())
            .withAttachStdout(request.getStdout())
            .withAttachStderr(request.getStderr() && !request.getTty())
            .withTty(request.getTty())
            .exec()
            .getId();
    byte[] start =
        ("{\"Detach\":false,\"Tty\":" + request.getTty() + "}").getBytes(StandardCharsets.UTF_8);
    return new Hijacked(
        connection.socket().hijack("/exec/" + exec + "/start", start), request.getTty(), exec, "");
  }

  @Override
  public RemoteProcess attach(AttachRequest request) throws IOException {
    String path =
        "/containers/%s/attach?stream=1&stdin=%d&stdout=%d&stderr=%d"
            .formatted(
                request.getContainerId(),
                request.getStdin() ? 1 : 0,
                request.getStdout() ? 1 : 0,
                request.getStderr() && !request.getTty() ? 1 : 0);
    DockerSocket.Stream stream = connection.socket().hijack(path, new byte[0]);
    return new Hijacked(stream, request.getTty(), "", request.getContainerId());
  }

  @Override
  public PodConnection dial(String sandboxId, int port) throws IOException {
    Long pid = connection.client().inspectContainerCmd(sandboxId).exec().getState().getPidLong();
    if (pid == null || pid <= 0) {
      throw CriErrors.notFound("running sandbox", sandboxId);
    }
    return ShimConnection.dial(shim, pid, port);
  }

  private final class Hijacked implements RemoteProcess {
    private final DockerSocket.Stream stream;
    private final DataInputStream in;
    private final boolean tty;
    private final String exec;
    private final String container;
    private final CountDownLatch closed = new CountDownLatch(1);
    private int frameLeft;
    private boolean frameStderr;

    Hijacked(DockerSocket.Stream stream, boolean tty, String exec, String container) {
      this.stream = stream;
      this.in = new DataInputStream(new BufferedInputStream(stream.in(), CHUNK_BYTES));
      this.tty = tty;
      this.exec = exec;
      this.container = container;
    }

    @Override
    public Optional<Output> read() throws IOException {
      try {
        while (!tty && frameLeft == 0) {
          frameStderr = in.readUnsignedByte() == FRAME_STDERR;
          in.skipNBytes(3);
          frameLeft = in.readInt();
        }
      } catch (EOFException e) {
        return Optional.empty();
      }
      byte[] chunk = new byte[tty ? CHUNK_BYTES : Math.min(CHUNK_BYTES, frameLeft)];
      int n = in.read(chunk);
      if (n < 0) {
        return Optional.empty();
      }
      frameLeft -= tty ? 0 : n;
      return Optional.of(new Output(frameStderr, ByteBuffer.wrap(chunk, 0, n)));
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      stream.write(bytes);
    }

    @Override
    public void closeInput() throws IOException {
      stream.closeInput();
    }

    @Override
    public void resize(int columns, int rows) {
      if (!tty) {
        return;
      }
      try {
        if (exec.isEmpty()) {
          connection.client().resizeContainerCmd(container).withSize(rows, columns).exec();
        } else {
          connection.client().resizeExecCmd(exec).withSize(rows, columns).exec();
        }
      } catch (DockerException e) {
        // A process that has just ended has no terminal to resize.
      }
    }

    // Docker notes an exit a moment after it has closed the streams.
    @Override
    public CommandStatus outcome() throws IOException {
      if (exec.isEmpty()) {
        return CommandStatus.exit(0);
      }
      try {
        for (int look = 0; look < EXIT_CODE_LOOKS_MAX; look++) {
          Optional<Integer> code = exitCode();
          if (code.isPresent()) {
            return CommandStatus.exit(code.get());
          }
          if (closed.await(EXIT_CODE_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            break;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("the command's exit code is not known");
    }

    private Optional<Integer> exitCode() {
      try {
        return Optional.ofNullable(
                connection.client().inspectExecCmd(exec).exec().getExitCodeLong())
            .map(Long::intValue);
      } catch (NotFoundException e) {
        return Optional.empty();
      }
    }

    @Override
    public void close() {
      closed.countDown();
      stream.close();
    }
  }
}

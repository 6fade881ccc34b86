package dev.wherry.runtime.streams;

import dev.wherry.streaming.portforward.PodConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A connection that {@code wherry-shim dial} made: the process's stdin and stdout are the
 * connection, each direction ending by itself. A refusal is an exit code of 1 and a line on stderr.
 */
public final class ShimConnection implements PodConnection {
  /** Between the end of the output and the exit of a process that could not connect. */
  private static final long REFUSAL_SECONDS_MAX = 1;

  private final Process dial;
  private final WritableByteChannel input;
  private boolean heard;

  private ShimConnection(Process dial) {
    this.dial = dial;
    this.input = Channels.newChannel(dial.getOutputStream());
  }

  /**
   * Dials a port on the loopback of a process's network namespace.
   *
   * @param shim the installed wherry-shim
   */
  public static ShimConnection dial(Path shim, long pid, int port) throws IOException {
    return new ShimConnection(
        new ProcessBuilder(
                shim.toString(), "dial", "/proc/" + pid + "/ns/net", Integer.toString(port))
            .start());
  }

  @Override
  public int read(byte[] chunk) throws IOException {
    int n = dial.getInputStream().read(chunk);
    if (n > 0) {
      heard = true;
    } else if (!heard) {
      failIfRefused();
    }
    return n;
  }

  private void failIfRefused() throws IOException {
    try {
      if (dial.waitFor(REFUSAL_SECONDS_MAX, TimeUnit.SECONDS) && dial.exitValue() != 0) {
        byte[] why = dial.getErrorStream().readAllBytes();
        throw new IOException(new String(why, StandardCharsets.UTF_8).strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      input.write(bytes);
    }
    dial.getOutputStream().flush();
  }

  @Override
  public void closeInput() throws IOException {
    input.close();
  }

  @Override
  public void close() {
    dial.destroy();
  }
}

package dev.wherry.streaming.portforward;

import dev.wherry.streaming.upgrade.Inbox;
import dev.wherry.streaming.upgrade.ReadGate;
import dev.wherry.streaming.upgrade.SpdyClient;
import dev.wherry.streaming.upgrade.SpdyConnection;
import io.netty.channel.Channel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a pod's port behind a streaming URL that CRI's PortForward gave. Each has an
 * own connection to the runtime, so that none waits for another's reader.
 */
public final class SpdyPodConnection implements PodConnection {
  private static final String PROTOCOL = "portforward.k8s.io";
  private static final int ERROR_STREAM = 1;
  private static final int DATA_STREAM = 3;
  private static final int ACCEPT_SECONDS_MAX = 30;

  /** How long a runtime may take to say why it has ended the data. */
  private static final int ERROR_SECONDS_MAX = 5;

  private static final int ERROR_BYTES_MAX = 4 * 1024;

  private final Connection connection;
  private ByteBuffer rest = ByteBuffer.allocate(0);

  private SpdyPodConnection(Connection connection) {
    this.connection = connection;
  }

  /**
   * Connects to the runtime and opens the streams; blocking.
   *
   * @throws IOException when the runtime refuses or does not answer
   */
  public static SpdyPodConnection open(SpdyClient client, URI url, int port) throws IOException {
    Connection connection = client.open(url, PROTOCOL, Connection::new);
    connection.openStreams(port);
    return new SpdyPodConnection(connection);
  }

  @Override
  public int read(byte[] chunk) throws IOException {
    if (!rest.hasRemaining()) {
      Optional<ByteBuffer> next = connection.next();
      if (next.isEmpty()) {
        return -1;
      }
      rest = next.get();
    }
    int n = Math.min(chunk.length, rest.remaining());
    rest.get(chunk, 0, n);
    return n;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    connection.sendData(bytes);
  }

  @Override
  public void closeInput() {
    connection.endData();
  }

  @Override
  public void close() {
    connection.close();
  }

  private static final class Connection extends SpdyConnection {
    private final CountDownLatch accepted = new CountDownLatch(2);
    private final CountDownLatch errorEnded = new CountDownLatch(1);
    private final ByteArrayOutputStream error = new ByteArrayOutputStream();
    private final Inbox<ByteBuffer> input;
    private volatile boolean lost;

    Connection(Channel channel) {
      super(channel, false);
      input = new Inbox<>(ReadGate.of(channel));
    }

    void openStreams(int port) throws IOException {
      open(ERROR_STREAM, headers(port, SpdyPortForward.ERROR));
      open(DATA_STREAM, headers(port, SpdyPortForward.DATA));
      end(ERROR_STREAM);
      try {
        if (!accepted.await(ACCEPT_SECONDS_MAX, TimeUnit.SECONDS) || lost) {
          close();
          throw new IOException("the runtime does not take the connection's streams");
        }
      } catch (InterruptedException e) {
        close();
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    private static Map<String, String> headers(int port, String type) {
      return Map.of(
          SpdyPortForward.TYPE,
          type,
          SpdyPortForward.PORT,
          Integer.toString(port),
          SpdyPortForward.REQUEST_ID,
          "0");
    }

    Optional<ByteBuffer> next() throws IOException {
      try {
        Optional<ByteBuffer> next = input.take();
        if (next.isEmpty()) {
          failIfTold(errorEnded.await(ERROR_SECONDS_MAX, TimeUnit.SECONDS));
        }
        return next;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    private void failIfTold(boolean complete) throws IOException {
      synchronized (error) {
        if (error.size() > 0) {
          throw new IOException(error.toString(StandardCharsets.UTF_8) + (complete ? "" : "..."));
        }
      }
    }

    void sendData(ByteBuffer bytes) throws IOException {
      send(DATA_STREAM, bytes);
    }

    void endData() {
      end(DATA_STREAM);
    }

    @Override
    protected void opened(int stream, Map<String, String> headers) {
      abort(stream);
    }

    @Override
    protected void accepted(int stream) {
      accepted.countDown();
    }

    @Override
    protected void received(int stream, byte[] bytes) {
      if (stream == DATA_STREAM) {
        input.add(ByteBuffer.wrap(bytes), bytes.length);
        return;
      }
      synchronized (error) {
        if (error.size() < ERROR_BYTES_MAX) {
          error.writeBytes(bytes);
        }
      }
    }

    @Override
    protected void ended(int stream) {
      if (stream == DATA_STREAM) {
        input.end();
      } else {
        errorEnded.countDown();
      }
    }

    @Override
    protected void aborted(int stream) {
      ended(stream);
    }

    @Override
    protected void connectionGone() {
      lost = true;
      input.end();
      errorEnded.countDown();
      accepted.countDown();
      accepted.countDown();
    }

    // A connection that cannot be closed is gone already.
    @SuppressWarnings("FutureReturnValueIgnored")
    void close() {
      input.discard();
      channel().close();
    }
  }
}

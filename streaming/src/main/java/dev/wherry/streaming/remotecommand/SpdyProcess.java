package dev.wherry.streaming.remotecommand;

import dev.wherry.model.json.Json;
import dev.wherry.streaming.upgrade.Inbox;
import dev.wherry.streaming.upgrade.ReadGate;
import dev.wherry.streaming.upgrade.SpdyClient;
import dev.wherry.streaming.upgrade.SpdyConnection;
import io.netty.channel.Channel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process behind the streaming URL that CRI's Exec or Attach gave (remotecommand v4). */
public final class SpdyProcess implements RemoteProcess {
  private static final String PROTOCOL = "v4.channel.k8s.io";
  private static final int ACCEPT_SECONDS_MAX = 30;
  private static final int STATUS_BYTES_MAX = 64 * 1024;

  private final Connection connection;

  private SpdyProcess(Connection connection) {
    this.connection = connection;
  }

  /**
   * Connects and opens the streams; blocking.
   *
   * @throws IOException when the runtime refuses or does not answer
   */
  public static SpdyProcess open(SpdyClient client, URI url, CommandStreams wanted)
      throws IOException {
    Connection connection = client.open(url, PROTOCOL, channel -> new Connection(channel, wanted));
    connection.openStreams();
    return new SpdyProcess(connection);
  }

  @Override
  public Optional<Output> read() throws IOException {
    try {
      return connection.outputs.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    connection.sendTo(SpdyCommand.STDIN, bytes);
  }

  @Override
  public void closeInput() {
    connection.endOf(SpdyCommand.STDIN);
  }

  @Override
  public void resize(int columns, int rows) throws IOException {
    byte[] size = Json.write(Json.object().put("Width", columns).put("Height", rows));
    connection.sendTo(SpdyCommand.RESIZE, ByteBuffer.wrap(size));
  }

  @Override
  public CommandStatus outcome() {
    return connection.status();
  }

  @Override
  public void close() {
    connection.close();
  }

  private static final class Connection extends SpdyConnection {
    private final Map<String, Integer> streams = new LinkedHashMap<>();
    private final CountDownLatch accepted;
    private final Inbox<Output> outputs;
    private final ByteArrayOutputStream status = new ByteArrayOutputStream();
    private volatile boolean lost;

    Connection(Channel channel, CommandStreams wanted) {
      super(channel, false);
      outputs = new Inbox<>(ReadGate.of(channel));
      add(SpdyCommand.ERROR, true);
      add(SpdyCommand.STDIN, wanted.stdin());
      add(SpdyCommand.STDOUT, wanted.stdout());
      add(SpdyCommand.STDERR, wanted.stderr());
      add(SpdyCommand.RESIZE, wanted.tty());
      accepted = new CountDownLatch(streams.size());
    }

    private void add(String type, boolean isWanted) {
      if (isWanted) {
        streams.put(type, 2 * streams.size() + 1);
      }
    }

    /** The runtime drops what comes on a stream that it has not answered yet. */
    void openStreams() throws IOException {
      streams.forEach((type, stream) -> open(stream, Map.of(SpdyCommand.TYPE, type)));
      try {
        if (!accepted.await(ACCEPT_SECONDS_MAX, TimeUnit.SECONDS) || lost) {
          close();
          throw new IOException("the runtime does not take the command's streams");
        }
      } catch (InterruptedException e) {
        close();
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    void sendTo(String type, ByteBuffer bytes) throws IOException {
      Integer stream = streams.get(type);
      if (stream != null) {
        send(stream, bytes);
      }
    }

    void endOf(String type) {
      Integer stream = streams.get(type);
      if (stream != null) {
        end(stream);
      }
    }

    private boolean is(String type, int stream) {
      Integer known = streams.get(type);
      return known != null && known == stream;
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
      if (is(SpdyCommand.ERROR, stream)) {
        synchronized (status) {
          if (status.size() < STATUS_BYTES_MAX) {
            status.writeBytes(bytes);
          }
        }
      } else {
        boolean stderr = is(SpdyCommand.STDERR, stream);
        outputs.add(new Output(stderr, ByteBuffer.wrap(bytes)), bytes.length);
      }
    }

    // The status is the last thing a runtime sends; output streams may stay open behind it.
    @Override
    protected void ended(int stream) {
      if (is(SpdyCommand.ERROR, stream)) {
        outputs.end();
      }
    }

    @Override
    protected void aborted(int stream) {
      ended(stream);
    }

    @Override
    protected void connectionGone() {
      // A short command may have answered, ended and closed before its opener wakes up.
      lost = accepted.getCount() > 0;
      outputs.end();
      while (accepted.getCount() > 0) {
        accepted.countDown();
      }
    }

    CommandStatus status() {
      synchronized (status) {
        return status.size() == 0
            ? CommandStatus.failure("the runtime ended the streams without a status")
            : CommandStatus.parse(status.toByteArray());
      }
    }

    // A connection that cannot be closed is gone already.
    @SuppressWarnings("FutureReturnValueIgnored")
    void close() {
      outputs.discard();
      channel().close();
    }
  }
}

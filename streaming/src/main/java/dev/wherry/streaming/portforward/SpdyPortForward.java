package dev.wherry.streaming.portforward;

import dev.wherry.streaming.upgrade.ReadGate;
import dev.wherry.streaming.upgrade.SpdyConnection;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Port-forward over SPDY: for each connection of the client an error and a data stream with the
 * same request id. Connections are independent; a refused one says so on its error stream.
 */
// A task that is cancelled with its loop has nothing left to do.
@SuppressWarnings("FutureReturnValueIgnored")
final class SpdyPortForward extends SpdyConnection {
  static final String TYPE = "streamtype";
  static final String ERROR = "error";
  static final String DATA = "data";
  static final String PORT = "port";
  static final String REQUEST_ID = "requestid";

  /** Until both streams of a connection must be there (kubelet's default). */
  private static final int CREATION_SECONDS_MAX = 30;

  private final PodConnection.Dialer dialer;
  private final Map<String, Integer> errors = new HashMap<>();
  private final Map<Integer, ForwardSession> sessions = new HashMap<>();

  SpdyPortForward(Channel channel, PodConnection.Dialer dialer) {
    super(channel, true);
    this.dialer = dialer;
  }

  @Override
  protected void opened(int stream, Map<String, String> headers) {
    boolean isError = headers.getOrDefault(TYPE, "").equals(ERROR);
    // Clients before request ids opened the error stream and right behind it the data stream.
    String request = headers.getOrDefault(REQUEST_ID, "stream-" + (isError ? stream : stream - 2));
    if (isError) {
      errors.put(request, stream);
      channel()
          .eventLoop()
          .schedule(
              () -> {
                if (errors.remove(request, stream)) {
                  abort(stream);
                }
              },
              CREATION_SECONDS_MAX,
              TimeUnit.SECONDS);
      return;
    }
    Integer error = errors.remove(request);
    int port = port(headers.getOrDefault(PORT, ""));
    if (error == null || port == 0) {
      abort(stream);
      return;
    }
    ForwardSession session =
        new ForwardSession(dialer, port, new Streams(stream, error), ReadGate.of(channel()));
    sessions.put(stream, session);
    session.start();
  }

  private static int port(String text) {
    if (!text.matches("\\d{1,5}")) {
      return 0;
    }
    int port = Integer.parseInt(text);
    return port > 65_535 ? 0 : port;
  }

  @Override
  protected void received(int stream, byte[] bytes) {
    ForwardSession session = sessions.get(stream);
    if (session != null) {
      session.input(bytes);
    }
  }

  @Override
  protected void ended(int stream) {
    ForwardSession session = sessions.get(stream);
    if (session != null) {
      session.inputEnded();
    }
  }

  @Override
  protected void aborted(int stream) {
    ForwardSession session = sessions.remove(stream);
    if (session != null) {
      session.giveUp();
    }
  }

  @Override
  protected void connectionGone() {
    sessions.values().forEach(ForwardSession::giveUp);
    sessions.clear();
  }

  private final class Streams implements ForwardSession.Client {
    private final int data;
    private final int error;

    Streams(int data, int error) {
      this.data = data;
      this.error = error;
    }

    @Override
    public void data(ByteBuffer bytes) throws IOException {
      send(data, bytes);
    }

    @Override
    public void error(String message) {
      try {
        send(error, ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        // Nobody is left to be told.
      }
    }

    @Override
    public void ended() {
      end(data);
      end(error);
    }

    @Override
    public void done() {
      onLoop(() -> sessions.remove(data));
    }
  }
}

package dev.wherry.streaming.remotecommand;

import dev.wherry.streaming.upgrade.ReadGate;
import dev.wherry.streaming.upgrade.SpdyConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A remote command over SPDY: a stream each, begun when the client has opened all it needs. */
// A connection that cannot be closed is gone already.
@SuppressWarnings("FutureReturnValueIgnored")
final class SpdyCommand extends SpdyConnection implements CommandClient {
  static final String ERROR = "error";
  static final String STDIN = "stdin";
  static final String STDOUT = "stdout";
  static final String STDERR = "stderr";
  static final String RESIZE = "resize";
  static final String TYPE = "streamtype";

  /** Until a client must have opened its streams (kubelet's default). */
  private static final int CREATION_SECONDS_MAX = 30;

  private final CommandSession session;
  private final CommandStreams wanted;
  private final boolean statusAsJson;
  private final Map<String, Integer> streams = new ConcurrentHashMap<>();
  private boolean started;

  SpdyCommand(
      Channel channel, String protocol, CommandStreams wanted, RemoteProcess.Opener opener) {
    super(channel, true);
    this.session = new CommandSession(opener, this, ReadGate.of(channel));
    this.wanted = wanted;
    this.statusAsJson = protocol.startsWith("v4.");
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context
        .executor()
        .schedule(
            () -> {
              if (!started) {
                context.close();
              }
            },
            CREATION_SECONDS_MAX,
            TimeUnit.SECONDS);
  }

  @Override
  protected void opened(int stream, Map<String, String> headers) {
    if (started && !headers.getOrDefault(TYPE, "").equals(RESIZE)) {
      abort(stream);
      return;
    }
    streams.put(headers.getOrDefault(TYPE, ""), stream);
    boolean complete =
        streams.containsKey(ERROR)
            && (!wanted.stdin() || streams.containsKey(STDIN))
            && (!wanted.stdout() || streams.containsKey(STDOUT))
            && (!wanted.stderr() || streams.containsKey(STDERR));
    if (complete && !started) {
      started = true;
      session.start();
    }
  }

  @Override
  protected void received(int stream, byte[] bytes) {
    if (is(STDIN, stream)) {
      session.input(bytes);
    } else if (is(RESIZE, stream)) {
      session.resize(bytes);
    }
  }

  @Override
  protected void ended(int stream) {
    if (is(STDIN, stream)) {
      session.inputEnded();
    }
  }

  @Override
  protected void aborted(int stream) {
    ended(stream);
  }

  @Override
  protected void connectionGone() {
    started = true;
    session.clientGone();
  }

  private boolean is(String type, int stream) {
    Integer known = streams.get(type);
    return known != null && known == stream;
  }

  // The session's threads start once these streams are known; only a resize stream may come later.
  @Override
  public void output(boolean stderr, ByteBuffer bytes) throws IOException {
    Integer stream = streams.get(stderr ? STDERR : STDOUT);
    if (stream != null) {
      send(stream, bytes);
    }
  }

  @Override
  public void finish(CommandStatus status) {
    try {
      Integer error = streams.get(ERROR);
      byte[] last = statusAsJson ? status.json() : status.text();
      if (error != null && last.length > 0) {
        send(error, ByteBuffer.wrap(last));
      }
    } catch (IOException e) {
      // Nobody is left to be told.
    }
    onLoop(() -> streams.forEach((type, stream) -> end(stream)));
    closeSoon();
  }
}

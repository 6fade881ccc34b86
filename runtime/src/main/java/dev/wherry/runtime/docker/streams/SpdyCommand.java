package dev.wherry.runtime.docker.streams;

import dev.wherry.runtime.docker.DockerStreams;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** A remote command over SPDY: a stream each, begun when the client has opened all it needs. */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class SpdyCommand extends SpdyConnection implements CommandClient {
  static final String PROTOCOL = "v4.channel.k8s.io";

  private static final String ERROR = "error";
  private static final String STDIN = "stdin";
  private static final String STDOUT = "stdout";
  private static final String STDERR = "stderr";
  private static final String RESIZE = "resize";

  private final CommandSession session;
  private final CommandSession.Wanted wanted;
  private final Map<String, Integer> streams = new HashMap<>();
  private boolean started;

  SpdyCommand(Channel channel, DockerStreams docker, Object request) {
    super(channel);
    this.session = new CommandSession(docker, request, this);
    this.wanted = CommandSession.Wanted.of(request);
  }

  @Override
  void opened(int stream, Map<String, String> headers) {
    streams.put(headers.getOrDefault("streamtype", ""), stream);
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
  void received(int stream, byte[] bytes) {
    if (is(STDIN, stream)) {
      session.input(bytes);
    } else if (is(RESIZE, stream)) {
      session.resize(bytes);
    }
  }

  @Override
  void ended(int stream) {
    if (is(STDIN, stream)) {
      session.inputEnded();
    }
  }

  @Override
  void connectionGone() {
    session.clientGone();
  }

  private boolean is(String type, int stream) {
    Integer known = streams.get(type);
    return known != null && known == stream;
  }

  // The session's threads only start once these streams are known, so the map is settled for them.
  @Override
  public void output(boolean stderr, ByteBuffer bytes) throws IOException {
    Integer stream = streams.get(stderr ? STDERR : STDOUT);
    if (stream != null) {
      send(stream, bytes);
    }
  }

  @Override
  public void finish(byte[] status) {
    try {
      Integer error = streams.get(ERROR);
      if (error != null) {
        send(error, ByteBuffer.wrap(status));
      }
      streams.forEach((type, stream) -> end(stream));
      closeSoon();
    } catch (IOException e) {
      channel.close();
    }
  }

  @Override
  public void takeInput(boolean more) {
    channel.config().setAutoRead(more);
  }
}

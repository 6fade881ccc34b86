package dev.wherry.streaming.remotecommand;

import dev.wherry.streaming.upgrade.ReadGate;
import dev.wherry.streaming.upgrade.WebSocketChannels;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A remote command over WebSocket; its streams are there from the start. */
final class WebSocketCommand extends WebSocketChannels implements CommandClient {
  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int ERROR = 3;
  private static final int RESIZE = 4;

  private final CommandSession session;
  private final CommandStreams wanted;
  private final boolean statusAsJson;

  WebSocketCommand(
      Channel channel, String protocol, CommandStreams wanted, RemoteProcess.Opener opener) {
    super(channel, protocol);
    this.session = new CommandSession(opener, this, ReadGate.of(channel));
    this.wanted = wanted;
    this.statusAsJson = protocol.startsWith("v4.") || protocol.startsWith("v5.");
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    // An empty message tells a client that waits for one that the connection stands.
    context
        .channel()
        .eventLoop()
        .execute(() -> Thread.ofVirtual().name("remote-greeting").start(this::greetAndStart));
  }

  private void greetAndStart() {
    try {
      send(wanted.stdout() ? STDOUT : wanted.stderr() ? STDERR : ERROR, ByteBuffer.allocate(0));
      session.start();
    } catch (IOException e) {
      // Gone before it began.
    }
  }

  @Override
  protected void received(int stream, byte[] bytes) {
    if (stream == STDIN && wanted.stdin()) {
      session.input(bytes);
    } else if (stream == RESIZE && wanted.tty()) {
      session.resize(bytes);
    }
  }

  @Override
  protected void ended(int stream) {
    if (stream == STDIN && wanted.stdin()) {
      session.inputEnded();
    }
  }

  @Override
  protected void connectionGone() {
    session.clientGone();
  }

  @Override
  public void output(boolean stderr, ByteBuffer bytes) throws IOException {
    send(stderr ? STDERR : STDOUT, bytes);
  }

  @Override
  public void finish(CommandStatus status) {
    try {
      byte[] last = statusAsJson ? status.json() : status.text();
      if (last.length > 0) {
        send(ERROR, ByteBuffer.wrap(last));
      }
    } catch (IOException e) {
      // Nobody is left to be told.
    }
    finish();
  }
}

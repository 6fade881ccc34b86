package dev.wherry.streaming.portforward;

import dev.wherry.streaming.upgrade.ReadGate;
import dev.wherry.streaming.upgrade.WebSocketChannels;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Port-forward over the channels of one WebSocket: for the i-th port of the request one connection,
 * its data on channel 2i and its error on 2i+1. Both begin with the port, two bytes, little end
 * first (kubelet portforward/websocket.go).
 */
final class WebSocketPortForward extends WebSocketChannels {
  private final List<ForwardSession> sessions = new ArrayList<>();
  private final List<Integer> ports;
  private final AtomicInteger open;

  WebSocketPortForward(
      Channel channel, String protocol, List<Integer> ports, PodConnection.Dialer dialer) {
    super(channel, protocol);
    this.ports = List.copyOf(ports);
    this.open = new AtomicInteger(ports.size());
    for (int i = 0; i < ports.size(); i++) {
      sessions.add(new ForwardSession(dialer, ports.get(i), new Pair(2 * i), ReadGate.of(channel)));
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context
        .channel()
        .eventLoop()
        .execute(() -> Thread.ofVirtual().name("port-forward-greeting").start(this::greet));
  }

  private void greet() {
    try {
      for (int i = 0; i < ports.size(); i++) {
        send(2 * i, littleEndian(ports.get(i)));
        send(2 * i + 1, littleEndian(ports.get(i)));
      }
      sessions.forEach(ForwardSession::start);
    } catch (IOException e) {
      // Gone before it began.
    }
  }

  private static ByteBuffer littleEndian(int port) {
    return ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) port).flip();
  }

  @Override
  protected void received(int stream, byte[] bytes) {
    if (stream % 2 == 0 && stream / 2 < sessions.size()) {
      sessions.get(stream / 2).input(bytes);
    }
  }

  @Override
  protected void ended(int stream) {
    // These protocols cannot close one channel.
  }

  @Override
  protected void connectionGone() {
    sessions.forEach(ForwardSession::giveUp);
  }

  private final class Pair implements ForwardSession.Client {
    private final int data;

    Pair(int data) {
      this.data = data;
    }

    @Override
    public void data(ByteBuffer bytes) throws IOException {
      send(data, bytes);
    }

    @Override
    public void error(String message) {
      try {
        send(data + 1, ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        // Nobody is left to be told.
      }
    }

    @Override
    public void ended() {
      if (open.decrementAndGet() == 0) {
        finish();
      }
    }

    @Override
    public void done() {
      // The pair goes with its connection.
    }
  }
}

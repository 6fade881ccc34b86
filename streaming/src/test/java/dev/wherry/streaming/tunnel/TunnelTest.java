package dev.wherry.streaming.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TunnelTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(120);

  private TunnelFixture fixture;
  private ServerSocket target;
  private Thread echo;

  @BeforeAll
  void start() throws Exception {
    target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    echo = Thread.ofVirtual().start(this::serveEcho);
    fixture =
        new TunnelFixture(new InetSocketAddress(target.getInetAddress(), target.getLocalPort()));
    fixture.connectAgent();
  }

  @AfterAll
  void stop() throws Exception {
    fixture.close();
    target.close();
    echo.join(TIMEOUT);
  }

  private void serveEcho() {
    while (true) {
      try {
        Socket socket = target.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // The test's side went away; its assertions speak.
    }
  }

  @Test
  void dial_kubelet_echoesBytesAndHalfCloses() throws Exception {
    byte[] sent = new byte[3 * TunnelProtocol.STREAM_WINDOW_BYTES + 17];
    new Random(7).nextBytes(sent);

    assertArrayEquals(sent, roundTrip(new DialTarget.Kubelet(), sent));
  }

  @Test
  void dial_addressOfAPod_isConnectedByTheAgent() throws Exception {
    byte[] sent = "hello".getBytes(StandardCharsets.UTF_8);

    assertArrayEquals(
        sent, roundTrip(new DialTarget.Tcp("127.0.0.1", target.getLocalPort()), sent));
  }

  @Test
  void dial_manyStreamsOneUnread_theOthersGoOn() throws Exception {
    Channel unread = dial(new DialTarget.Kubelet());
    unread.writeAndFlush(Unpooled.wrappedBuffer(new byte[2 * TunnelProtocol.STREAM_WINDOW_BYTES]));
    List<CompletableFuture<byte[]>> others = new ArrayList<>();
    byte[] sent = new byte[100_000];
    for (int i = 0; i < 50; i++) {
      others.add(exchange(dial(new DialTarget.Kubelet()), sent));
    }
    for (CompletableFuture<byte[]> other : others) {
      assertEquals(sent.length, other.get(120, TimeUnit.SECONDS).length);
    }
    unread.close().sync();
  }

  @Test
  void streamsCutShort_byTheHundred_theTunnelStays() throws Exception {
    byte[] sent = "still there".getBytes(StandardCharsets.UTF_8);
    Channel open = dial(new DialTarget.Kubelet());
    for (int i = 0; i < 500; i++) {
      Channel cut = dial(new DialTarget.Kubelet());
      cut.writeAndFlush(Unpooled.wrappedBuffer(sent)).sync();
      cut.close().sync();
    }

    assertArrayEquals(sent, exchange(open, sent).get(120, TimeUnit.SECONDS));
  }

  @Test
  void dial_unknownNode_saysSo() {
    ExecutionException e =
        assertThrows(
            ExecutionException.class,
            () ->
                fixture
                    .registry()
                    .dial("elsewhere", new DialTarget.Kubelet(), Duration.ofMillis(50))
                    .toCompletableFuture()
                    .get(120, TimeUnit.SECONDS));
    assertEquals("node \"elsewhere\" is not connected to this server", e.getCause().getMessage());
  }

  @Test
  void dial_beforeTheNodeConnects_waitsForIt() throws Exception {
    InetSocketAddress kubelet =
        new InetSocketAddress(target.getInetAddress(), target.getLocalPort());
    try (TunnelFixture late = new TunnelFixture(kubelet)) {
      CompletableFuture<Channel> dialled =
          late.registry()
              .dial(TunnelFixture.NODE, new DialTarget.Kubelet(), TIMEOUT)
              .toCompletableFuture();
      late.connectAgent();
      byte[] sent = "hello".getBytes(StandardCharsets.UTF_8);
      assertArrayEquals(
          sent, exchange(dialled.get(120, TimeUnit.SECONDS), sent).get(120, TimeUnit.SECONDS));
    }
  }

  @Test
  void dial_hostName_isRefusedByTheAgent() {
    ExecutionException e =
        assertThrows(
            ExecutionException.class, () -> dialFuture(new DialTarget.Tcp("localhost", 80)).get());
    assertTrue(e.getCause().getMessage().contains("does not connect to localhost:80"));
  }

  @Test
  void dial_closedPort_carriesTheCause() throws Exception {
    // Bound without listening, the port is nobody else's meanwhile.
    try (Socket bound = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      DialTarget there = new DialTarget.Tcp("127.0.0.1", bound.getLocalPort());
      ExecutionException e = assertThrows(ExecutionException.class, () -> dialFuture(there).get());
      assertTrue(e.getCause().getMessage().contains("refused"), e.getCause().getMessage());
    }
  }

  @Test
  void connectionLost_agentComesBack() throws Exception {
    try (TunnelFixture own =
        new TunnelFixture(new InetSocketAddress(target.getInetAddress(), target.getLocalPort()))) {
      own.connectAgent();
      own.cutConnections();
      own.awaitTunnels(2);
      Channel again =
          own.registry()
              .dial(TunnelFixture.NODE, new DialTarget.Kubelet(), TIMEOUT)
              .toCompletableFuture()
              .get(120, TimeUnit.SECONDS);
      assertArrayEquals(new byte[] {1, 2}, exchange(again, new byte[] {1, 2}).get());
    }
  }

  private CompletableFuture<Channel> dialFuture(DialTarget to) {
    return fixture.registry().dial(TunnelFixture.NODE, to, TIMEOUT).toCompletableFuture();
  }

  private Channel dial(DialTarget to) throws Exception {
    return dialFuture(to).get(120, TimeUnit.SECONDS);
  }

  private byte[] roundTrip(DialTarget to, byte[] sent) throws Exception {
    return exchange(dial(to), sent).get(120, TimeUnit.SECONDS);
  }

  private static CompletableFuture<byte[]> exchange(Channel channel, byte[] sent) {
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    channel.pipeline().addLast(new Collect(received));
    channel.writeAndFlush(Unpooled.wrappedBuffer(sent));
    channel.eventLoop().execute(() -> StreamBytes.finish(channel));
    channel.config().setAutoRead(true);
    return received;
  }

  private static final class Collect extends ChannelInboundHandlerAdapter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> received;

    Collect(CompletableFuture<byte[]> received) {
      this.received = received;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
      ByteBuf data = (ByteBuf) message;
      data.readBytes(bytes, data.readableBytes());
      data.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        received.complete(bytes.toByteArray());
        ctx.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      received.completeExceptionally(new IOException("closed before the end"));
    }
  }
}

package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.lab.Await;
import dev.wherry.network.sockets.Listeners;
import dev.wherry.network.sockets.WantedSocket;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets that one program leaves to the next, with the holder as it is shipped. */
class NodeSocketsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final int WAIT_MILLIS = 10_000;

  @TempDir Path data;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  @AfterEach
  void stop() throws Exception {
    boolean _ = NodeSockets.end(data);
    group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).sync();
  }

  /** Says who serves, to whoever connects or sends. */
  @Sharable
  private static final class Name extends ChannelInboundHandlerAdapter {
    private final byte[] name;

    Name(String name) {
      this.name = name.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof DatagramPacket packet) {
        context.writeAndFlush(new DatagramPacket(Unpooled.copiedBuffer(name), packet.sender()));
        packet.release();
      } else {
        context.writeAndFlush(Unpooled.copiedBuffer(name));
      }
    }
  }

  private Channel streams(Listeners listeners, String name, InetSocketAddress at)
      throws IOException, InterruptedException {
    return listeners.streams(
        new ServerBootstrap().group(group).childHandler(new Name(name)),
        WantedSocket.streams("test", at, 8));
  }

  private Channel datagrams(Listeners listeners, String name)
      throws IOException, InterruptedException {
    return listeners.datagrams(
        new Bootstrap().group(group).handler(new Name(name)),
        WantedSocket.datagrams("test", ANY_PORT, false, 0));
  }

  private static InetSocketAddress address(Channel channel) {
    return (InetSocketAddress) channel.localAddress();
  }

  private static Socket connect(InetSocketAddress at) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(WAIT_MILLIS);
    socket.connect(at, WAIT_MILLIS);
    socket.getOutputStream().write('?');
    return socket;
  }

  private static String answer(Socket socket) throws IOException {
    return new String(socket.getInputStream().readNBytes(3), StandardCharsets.UTF_8);
  }

  private static String answer(DatagramSocket socket) throws IOException {
    byte[] room = new byte[16];
    var packet = new java.net.DatagramPacket(room, room.length);
    socket.receive(packet);
    return new String(room, 0, packet.getLength(), StandardCharsets.UTF_8);
  }

  @Test
  void sockets_programReplaced_serveWhoWaited() throws Exception {
    InetSocketAddress tcp;
    InetSocketAddress udp;
    try (NodeSockets first = NodeSockets.open(data);
        Listeners open = new Listeners(first.sockets())) {
      tcp = address(streams(open, "one", ANY_PORT));
      udp = address(datagrams(open, "one"));
      try (Socket client = connect(tcp)) {
        assertEquals("one", answer(client));
      }
    }
    try (Socket waiting = connect(tcp);
        DatagramSocket asking = new DatagramSocket()) {
      asking.setSoTimeout(WAIT_MILLIS);
      asking.connect(udp);
      asking.send(new java.net.DatagramPacket(new byte[1], 1));
      try (NodeSockets second = NodeSockets.open(data);
          Listeners open = new Listeners(second.sockets())) {
        assertEquals(tcp, address(streams(open, "two", ANY_PORT)));
        assertEquals(udp, address(datagrams(open, "two")));
        assertEquals("two", answer(waiting));
        assertEquals("two", answer(asking));
      }
    }
  }

  @Test
  void sockets_nobodyWantsAnyMore_refuseClients() throws Exception {
    InetSocketAddress kept;
    InetSocketAddress left;
    try (NodeSockets first = NodeSockets.open(data);
        Listeners open = new Listeners(first.sockets())) {
      kept = address(streams(open, "one", ANY_PORT));
      left = address(streams(open, "one", new InetSocketAddress("127.0.0.2", 0)));
      assertThrows(IOException.class, () -> streams(new Listeners(first.sockets()), "bad", kept));
    }
    try (NodeSockets second = NodeSockets.open(data);
        Listeners open = new Listeners(second.sockets())) {
      Channel taken = streams(open, "two", ANY_PORT);
      second.sockets().dropRest("tes");
      connect(left).close();
      second.sockets().dropRest("test");
      assertThrows(ConnectException.class, () -> connect(left));
      connect(address(taken)).close();
      open.end();
      assertThrows(ConnectException.class, () -> connect(kept));
    }
  }

  @Test
  void holder_podsEndWithTheProgram_endsToo() throws Exception {
    InetSocketAddress at;
    try (NodeSockets only = NodeSockets.open(data);
        Listeners open = new Listeners(only.sockets())) {
      at = address(streams(open, "one", ANY_PORT));
      assertTrue(at.getPort() > 0);
      Shutdown.want(data);
    }
    assertFalse(NodeSockets.end(data));
    Await.until(() -> "still open: " + at, () -> refused(at));
  }

  private static boolean refused(InetSocketAddress at) throws IOException {
    try {
      connect(at).close();
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }
}

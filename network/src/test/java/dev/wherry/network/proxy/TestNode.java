package dev.wherry.network.proxy;

import dev.wherry.network.netlink.Parts;
import dev.wherry.network.netlink.TestNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * A node as CNI's bridge plugin leaves it: bridge {@code wherry0} with pods behind hairpin ports,
 * and a host outside that reaches the node over a link. Every server answers with its own name and
 * the address it sees its client under.
 */
final class TestNode implements AutoCloseable {
  static final String NODE_ADDRESS = "198.51.100.1";
  static final String OUTSIDE_ADDRESS = "198.51.100.2";
  static final String GATEWAY = "10.42.0.1";
  private static final int WAIT_MILLIS = 3000;

  final TestNamespace node;
  final TestNamespace outside;
  private final Parts parts = new Parts();
  private int pods = 1;

  private TestNode(TestNamespace node, TestNamespace outside) {
    this.node = node;
    this.outside = outside;
    parts.add(node);
    parts.add(outside);
  }

  static TestNode create() throws Exception {
    TestNode made = new TestNode(TestNamespace.create(), TestNamespace.create());
    TestNamespace node = made.node;
    node.ip("link", "add", "wherry0", "type", "bridge");
    node.ip("addr", "add", GATEWAY + "/24", "dev", "wherry0");
    node.ip("addr", "add", "fd42::1/64", "dev", "wherry0", "nodad");
    node.ip("link", "set", "wherry0", "up");
    node.ip("link", "add", "out0", "type", "veth", "peer", "eth0", "netns", made.outside.name());
    node.ip("addr", "add", NODE_ADDRESS + "/24", "dev", "out0");
    node.ip("addr", "add", "2001:db8::1/64", "dev", "out0", "nodad");
    node.ip("link", "set", "out0", "up");
    made.outside.ip("addr", "add", OUTSIDE_ADDRESS + "/24", "dev", "eth0");
    made.outside.ip("addr", "add", "2001:db8::2/64", "dev", "eth0", "nodad");
    made.outside.ip("link", "set", "eth0", "up");
    made.outside.ip("route", "add", "10.43.0.0/16", "via", NODE_ADDRESS);
    made.outside.ip("route", "add", "203.0.113.0/24", "via", NODE_ADDRESS);
    made.outside.ip("-6", "route", "add", "fd43::/64", "via", "2001:db8::1");
    node.ip("route", "add", "default", "via", OUTSIDE_ADDRESS);
    node.ip("-6", "route", "add", "default", "via", "2001:db8::2");
    node.exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    node.exec("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1");
    node.exec("sysctl", "-qw", "net.bridge.bridge-nf-call-ip6tables=1");
    return made;
  }

  /** Adds a pod; the first has the address 10.42.0.2, the second 10.42.0.3. */
  TestNamespace pod() throws Exception {
    TestNamespace pod = TestNamespace.create();
    parts.add(pod);
    int number = ++pods;
    String port = "veth" + number;
    node.ip("link", "add", port, "type", "veth", "peer", "eth0", "netns", pod.name());
    node.ip("link", "set", port, "master", "wherry0", "up");
    node.exec("sh", "-c", "echo 1 > /sys/class/net/" + port + "/brport/hairpin_mode");
    pod.ip("addr", "add", "10.42.0." + number + "/24", "dev", "eth0");
    pod.ip("addr", "add", "fd42::" + number + "/64", "dev", "eth0", "nodad");
    pod.ip("link", "set", "eth0", "up");
    pod.ip("route", "add", "default", "via", GATEWAY);
    pod.ip("-6", "route", "add", "default", "via", "fd42::1");
    return pod;
  }

  /** Serves TCP on all addresses of a namespace. */
  void serve(TestNamespace where, int port, String name) throws Exception {
    ServerSocket server = where.call(() -> new ServerSocket(port));
    parts.add(server);
    Thread.ofPlatform().daemon().start(() -> answer(server, name));
  }

  private static void answer(ServerSocket server, String name) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        String text = name + " " + client.getInetAddress().getHostAddress();
        client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      } catch (SocketException e) {
        // The client is gone, or this server is closed.
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  /** Serves UDP on all addresses of a namespace. */
  void serveDatagrams(TestNamespace where, int port, String name) throws Exception {
    DatagramSocket server = where.call(() -> new DatagramSocket(port));
    parts.add(server);
    Thread.ofPlatform().daemon().start(() -> answer(server, name));
  }

  private static void answer(DatagramSocket server, String name) {
    byte[] room = new byte[64];
    while (!server.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(room, room.length);
        server.receive(packet);
        String text = name + " " + packet.getAddress().getHostAddress();
        packet.setData(text.getBytes(StandardCharsets.UTF_8));
        server.send(packet);
      } catch (IOException e) {
        return;
      }
    }
  }

  /** Connects from a namespace and returns what the server says. */
  static String ask(TestNamespace from, String address, int port) throws Exception {
    return from.call(() -> {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), WAIT_MILLIS);
        socket.setSoTimeout(WAIT_MILLIS);
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      }
    });
  }

  /** Whether a connection comes about and its server says a name. */
  static boolean answers(TestNamespace from, String address, int port, String who) {
    try {
      return ask(from, address, port).startsWith(who);
    } catch (IOException e) {
      return false;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A UDP socket in a namespace, connected. */
  static DatagramSocket datagrams(TestNamespace from, String address, int port) throws Exception {
    return from.call(() -> {
      DatagramSocket socket = new DatagramSocket();
      socket.setSoTimeout(WAIT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port));
      return socket;
    });
  }

  /** Sends one datagram and returns the answer. */
  static String ask(DatagramSocket socket) throws IOException {
    byte[] room = new byte[64];
    socket.send(new DatagramPacket(new byte[] {1}, 1));
    DatagramPacket packet = new DatagramPacket(room, room.length);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws Exception {
    parts.close();
  }
}

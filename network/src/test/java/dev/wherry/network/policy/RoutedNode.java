package dev.wherry.network.policy;

import dev.wherry.network.netlink.Parts;
import dev.wherry.network.netlink.TestNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** A node as CNI's ptp plugin leaves it: a veth pair and a host route for each pod. */
public final class RoutedNode implements AutoCloseable {
  public static final String GATEWAY = "10.42.0.1";
  private static final int WAIT_MILLIS = 400;

  public final TestNamespace node;
  private final Parts parts = new Parts();

  private RoutedNode(TestNamespace node) {
    this.node = node;
    parts.add(node);
  }

  public static RoutedNode create() throws Exception {
    RoutedNode made = new RoutedNode(TestNamespace.create());
    made.node.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
    return made;
  }

  /** Adds a pod that serves TCP on ports 80 and 81. */
  public TestNamespace pod(int number) throws Exception {
    TestNamespace pod = TestNamespace.create();
    parts.add(pod);
    String link = "veth" + number;
    String address = "10.42.0." + number;
    node.ip("link", "add", link, "type", "veth", "peer", "eth0", "netns", pod.name());
    node.ip("addr", "add", GATEWAY + "/32", "dev", link);
    node.ip("link", "set", link, "up");
    pod.ip("addr", "add", address + "/24", "dev", "eth0", "noprefixroute");
    pod.ip("link", "set", "eth0", "up");
    pod.ip("route", "add", GATEWAY, "dev", "eth0");
    pod.ip("route", "add", "default", "via", GATEWAY);
    node.ip("route", "add", address, "dev", link);
    serve(pod, 80);
    serve(pod, 81);
    return pod;
  }

  void serve(TestNamespace where, int port) throws Exception {
    ServerSocket server = where.call(() -> new ServerSocket(port));
    parts.add(server);
    Thread.ofPlatform().daemon().start(() -> answer(server));
  }

  private static void answer(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        client.getOutputStream().write(1);
      } catch (SocketException e) {
        // The client is gone, or this server is closed.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Whether a connection comes about. */
  public static boolean reaches(TestNamespace from, String address, int port) {
    try {
      return from.call(() -> {
        try (Socket socket = new Socket()) {
          socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), WAIT_MILLIS);
          return true;
        } catch (SocketTimeoutException e) {
          return false;
        }
      });
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws Exception {
    parts.close();
  }
}

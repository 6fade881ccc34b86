package dev.wherry.network.proxy;

import static dev.wherry.network.proxy.Objects.FACTS;
import static dev.wherry.network.proxy.Objects.ready;
import static dev.wherry.network.proxy.Objects.service;
import static dev.wherry.network.proxy.Objects.slice;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.nftables.Family;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A connection tracker that is really full: of connections that the kernel may not forget. */
class HostWatchTest {
  private static final int NEW_FLOW = 1 << 8;
  private static final int FLOWS_PER_SEND = 400;
  private static final int TRACKED_MAX = 600_000;
  private static final int UDP = 17;
  private static final int LIFE_SECONDS = 600;

  /** Answered, assured and confirmed. */
  private static final int STATUS = 2 | 4 | 8;

  private static final int CONNECT_MILLIS = 500;
  private static final int ANSWER_MILLIS = 3000;

  private static final class Deaf implements NetlinkThread.Listener {
    @Override
    public void received(NetlinkMessage message) {}

    @Override
    public void lost() {}
  }

  @Test
  void trackerFull_establishedGoesOn_newIsRefused_andOneEventSaysSo() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip and nft");
    List<HostWatch.Trouble> told = new ArrayList<>();
    try (TestNode net = TestNode.create()) {
      assumeTrue(tracked(net, "max") <= TRACKED_MAX, "too many to fill");
      try (NetlinkThread netlink = netlink(net);
          ServerSocket server = net.pod().call(() -> new ServerSocket(8080))) {
        HostWatch watch = new HostWatch(netlink, List::of, told::add);
        watch.look();
        assertEquals(List.of(), told);
        table(netlink);
        try (Socket client = connect(net, ANSWER_MILLIS);
            Socket answerer = server.accept()) {
          client.setSoTimeout(ANSWER_MILLIS);
          echo(client, answerer);

          fill(netlink, net);
          watch.look();
          watch.look();

          assertEquals(1, told.size());
          assertEquals("ConntrackFull", told.getFirst().reason());
          String more = "nf_conntrack_max=" + 2 * tracked(net, "max");
          assertTrue(told.getFirst().message().endsWith(more), told.toString());
          assertThrows(SocketTimeoutException.class, () -> connect(net, CONNECT_MILLIS));
          echo(client, answerer);
        }
      }
    }
  }

  private static NetlinkThread netlink(TestNode net) throws Exception {
    return NetlinkThread.start(
        new NetlinkThread.Setup(
            "test-netlink", NetlinkSocket.PROTOCOL_NETFILTER, 0, List.of(), net.node::enter),
        new Deaf());
  }

  private static long tracked(TestNode net, String what) throws Exception {
    String file = "/proc/sys/net/netfilter/nf_conntrack_" + what;
    return Long.parseLong(net.node.exec("cat", file).strip());
  }

  private static void table(NetlinkThread netlink) throws Exception {
    var web = service("web", "spec: {clusterIPs: [10.43.0.10], ports: [{name: http, port: 80}]}");
    var endpoints = slice("web", "IPv4", "name: http, port: 8080", ready("10.42.0.2", "n1"));
    ServicePlan plan = ServicePlanner.plan(web, List.of(endpoints), FACTS);
    Changes changes = new DesiredTable().update(Map.of(ObjectKey.of(web), plan));
    netlink.call(socket -> {
      KernelTable.replace(socket, FACTS, changes);
      return true;
    });
  }

  /** From outside, through the Service. */
  private static Socket connect(TestNode net, int waitMillis) throws Exception {
    return net.outside.call(() -> {
      Socket socket = new Socket();
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("10.43.0.10"), 80), waitMillis);
      return socket;
    });
  }

  private static void echo(Socket client, Socket answerer) throws IOException {
    client.getOutputStream().write(7);
    answerer.getOutputStream().write(answerer.getInputStream().read());
    assertEquals(7, client.getInputStream().read());
  }

  /** Puts flows into the tracker until it takes no more. */
  private static void fill(NetlinkThread netlink, TestNode net) throws Exception {
    long limit = tracked(net, "max");
    for (int from = 0; from < limit; from += FLOWS_PER_SEND) {
      int first = from;
      netlink.call(socket -> {
        MessageWriter out = new MessageWriter();
        for (int number = first; number < first + FLOWS_PER_SEND; number++) {
          flow(out, socket.nextSequence(), number);
        }
        socket.send(out.toArray());
        return true;
      });
    }
    assertTrue(tracked(net, "count") >= limit, tracked(net, "count") + " of " + limit);
  }

  private static void flow(MessageWriter out, int sequence, int number) {
    int theirs = 0xc6120000 + (number & 0xffff);
    int port = 1024 + (number >>> 16);
    out.begin(NEW_FLOW, MessageWriter.FLAG_CREATE, sequence).family(Family.IPV4.number(), 0);
    tuple(out, 1, theirs, 0xc6336401, port, 53);
    tuple(out, 2, 0xc6336401, theirs, 53, port);
    out.u32(3, STATUS).u32(7, LIFE_SECONDS);
  }

  private static void tuple(MessageWriter out, int type, int from, int to, int port, int toPort) {
    out.nest(type).nest(1);
    out.put(1, ByteBuffer.allocate(4).putInt(from).array());
    out.put(2, ByteBuffer.allocate(4).putInt(to).array()).close();
    out.nest(2).u8(1, UDP).u16(2, port).u16(3, toPort).close().close();
  }
}

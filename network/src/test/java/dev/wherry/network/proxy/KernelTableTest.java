package dev.wherry.network.proxy;

import static dev.wherry.network.proxy.Objects.FACTS;
import static dev.wherry.network.proxy.Objects.endpoint;
import static dev.wherry.network.proxy.Objects.ready;
import static dev.wherry.network.proxy.Objects.service;
import static dev.wherry.network.proxy.Objects.slice;
import static dev.wherry.network.proxy.TestNode.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.rules.Cidr;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The planned table in the kernel, under real connections between namespaces. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelTableTest {
  private static final String VIP = "10.43.0.10";
  private static final int TRIES = 40;

  private TestNode net;
  private TestNamespace pod1;
  private TestNamespace pod2;
  private NetlinkThread netlink;
  private DesiredTable table = new DesiredTable();

  @BeforeAll
  void start() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip and nft");
    net = TestNode.create();
    pod1 = net.pod();
    pod2 = net.pod();
    net.serve(pod1, 8080, "pod1");
    net.serve(pod2, 8080, "pod2");
    net.serveDatagrams(pod1, 5353, "pod1");
    net.serveDatagrams(pod2, 5353, "pod2");
    netlink =
        NetlinkThread.start(
            new NetlinkThread.Setup(
                "test-netlink", NetlinkSocket.PROTOCOL_NETFILTER, 0, List.of(), net.node::enter),
            new Deaf());
  }

  private static final class Deaf implements NetlinkThread.Listener {
    @Override
    public void received(NetlinkMessage message) {}

    @Override
    public void lost() {}
  }

  @AfterAll
  void stop() throws Exception {
    if (netlink != null) {
      netlink.close();
    }
    if (net != null) {
      net.close();
    }
  }

  @BeforeEach
  void empty() {
    table = new DesiredTable();
  }

  private void replace(Service service, EndpointSlice... slices) throws Exception {
    replace(FACTS, service, slices);
  }

  private void replace(NodeFacts facts, Service service, EndpointSlice... slices) throws Exception {
    Changes _ =
        table.update(
            Map.of(ObjectKey.of(service), ServicePlanner.plan(service, List.of(slices), facts)));
    netlink.call(socket -> {
      KernelTable.replace(socket, facts, table.whole());
      return true;
    });
  }

  private void change(Service service, EndpointSlice... slices) throws Exception {
    Changes changes =
        table.update(
            Map.of(ObjectKey.of(service), ServicePlanner.plan(service, List.of(slices), FACTS)));
    netlink.call(socket -> {
      KernelTable.change(socket, Queries.generation(socket), FACTS, changes);
      return true;
    });
  }

  private static EndpointSlice both() {
    return slice(
        "web",
        "IPv4",
        "name: http, port: 8080",
        ready("10.42.0.2", "n1"),
        ready("10.42.0.3", "n1"));
  }

  private static EndpointSlice only(String address, String node) {
    return slice("web", "IPv4", "name: http, port: 8080", ready(address, node));
  }

  private static Service web(String more) {
    return service(
        "web",
        "spec: {clusterIPs: [10.43.0.10], ports: [{name: http, port: 80, nodePort: 30080}]"
            + more
            + "}");
  }

  @Test
  void clusterAddress_fromPodHostAndOutside_reachesEveryEndpoint() throws Exception {
    replace(web(""), both());

    Set<String> answers = new HashSet<>();
    for (int i = 0; i < TRIES; i++) {
      answers.add(ask(net.node, VIP, 80).substring(0, 4));
    }
    assertEquals(Set.of("pod1", "pod2"), answers);
    TestNamespace client = net.pod();
    assertTrue(ask(client, VIP, 80).endsWith(" 10.42.0.4"), "a pod's address is kept");
    assertTrue(ask(net.outside, VIP, 80).endsWith(" 10.42.0.1"), "a foreign one is hidden");
    String listing = net.node.exec("nft", "list", "table", "inet", "wherry");
    assertTrue(listing.contains("10.43.0.10 . tcp . 80 : goto pick-vip4-all-2-foreign"), listing);
    assertTrue(listing.contains("numgen random mod 2"), listing);
  }

  @Test
  void clusterAddress_ofThePodItself_answersByHairpin() throws Exception {
    replace(web(""), only("10.42.0.2", "n1"));
    assertEquals("pod1 10.42.0.1", ask(pod1, VIP, 80));
    assertEquals("pod1 10.42.0.3", ask(pod2, VIP, 80));
  }

  @Test
  void clusterAddress_bridgeUnfiltered_masqueradesPodToPod() throws Exception {
    net.node.exec("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0");
    try {
      NodeFacts facts = new NodeFacts("n1", FACTS.podCidrs(), false);
      replace(facts, web(""), only("10.42.0.2", "n1"));
      assertEquals("pod1 10.42.0.1", ask(pod2, VIP, 80));
    } finally {
      net.node.exec("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1");
    }
  }

  @Test
  void leaving_toTheWorld_isMasqueraded_toPodsOfOtherNodesNot() throws Exception {
    net.outside.ip("addr", "add", "10.42.9.9/32", "dev", "lo");
    net.outside.ip("route", "add", "10.42.0.0/24", "via", TestNode.NODE_ADDRESS);
    net.node.ip("route", "add", "10.42.9.0/24", "via", TestNode.OUTSIDE_ADDRESS);
    net.serve(net.outside, 9090, "far");
    try {
      List<Cidr> all = List.of(Cidr.parse("10.42.0.0/24"), Cidr.parse("10.42.9.0/24"));
      replace(new NodeFacts("n1", FACTS.podCidrs(), all, true, ""), web(""));
      assertEquals("far " + TestNode.NODE_ADDRESS, ask(pod1, TestNode.OUTSIDE_ADDRESS, 9090));
      assertEquals("far 10.42.0.2", ask(pod1, "10.42.9.9", 9090));
      replace(web(""));
      assertEquals("far 10.42.0.2", ask(pod1, TestNode.OUTSIDE_ADDRESS, 9090));
    } finally {
      net.outside.ip("addr", "del", "10.42.9.9/32", "dev", "lo");
      net.outside.ip("route", "del", "10.42.0.0/24");
      net.node.ip("route", "del", "10.42.9.0/24");
    }
  }

  @Test
  void change_endpointMoves_nextConnectionFollows() throws Exception {
    replace(web(""), only("10.42.0.2", "n1"));
    assertTrue(ask(net.node, VIP, 80).startsWith("pod1"));
    change(web(""), only("10.42.0.3", "n1"));
    assertTrue(ask(net.node, VIP, 80).startsWith("pod2"));
    change(web(""), both());
    Set<String> answers = new HashSet<>();
    for (int i = 0; i < TRIES; i++) {
      answers.add(ask(net.node, VIP, 80).substring(0, 4));
    }
    assertEquals(Set.of("pod1", "pod2"), answers);
    String listing = net.node.exec("nft", "list", "chains", "inet");
    assertTrue(!listing.contains("all-1-"), "the chain of one endpoint is gone: " + listing);
  }

  @Test
  void nodePort_policyCluster_answersEverywhereButLoopback() throws Exception {
    replace(web(""), only("10.42.0.2", "n1"));
    assertEquals("pod1 10.42.0.1", ask(net.outside, TestNode.NODE_ADDRESS, 30080));
    assertEquals("pod1 10.42.0.1", ask(net.node, TestNode.NODE_ADDRESS, 30080));
    assertTrue(ask(pod2, TestNode.NODE_ADDRESS, 30080).startsWith("pod1"));
    assertTrue(ask(pod2, TestNode.GATEWAY, 30080).startsWith("pod1"));
    assertThrows(ConnectException.class, () -> ask(net.node, "127.0.0.1", 30080));
  }

  @Test
  void nodePort_policyLocal_keepsTheClientAndNeedsAnEndpointHere() throws Exception {
    Service local = web(", externalTrafficPolicy: Local, externalIPs: [203.0.113.7]");
    replace(local, only("10.42.0.2", "n1"));
    assertEquals(
        "pod1 " + TestNode.OUTSIDE_ADDRESS, ask(net.outside, TestNode.NODE_ADDRESS, 30080));
    assertEquals("pod1 " + TestNode.OUTSIDE_ADDRESS, ask(net.outside, "203.0.113.7", 80));

    change(local, only("10.42.0.2", "n2"));
    assertThrows(
        SocketTimeoutException.class, () -> ask(net.outside, TestNode.NODE_ADDRESS, 30080));
    assertTrue(ask(pod2, "203.0.113.7", 80).startsWith("pod1"), "pods reach the others");
  }

  @Test
  void balancerAddress_fromOutside_isTranslated() throws Exception {
    Service balanced =
        service(
            "web",
            "spec: {type: LoadBalancer, clusterIPs: [10.43.0.10], ports: [{name: http, port: 80}]},"
                + " status: {loadBalancer: {ingress: [{ip: 203.0.113.9, ipMode: VIP}]}}");
    replace(balanced, only("10.42.0.2", "n1"));
    assertTrue(ask(net.outside, "203.0.113.9", 80).startsWith("pod1"));
  }

  @Test
  void balancerAddress_sourceRanges_letOnlyThoseIn() throws Exception {
    String guarded =
        "spec: {type: LoadBalancer, loadBalancerSourceRanges: ['%s'], clusterIPs: [10.43.0.10],"
            + " ports: [{name: http, port: 80, nodePort: 30080}]},"
            + " status: {loadBalancer: {ingress: [{ip: 203.0.113.9}]}}";
    replace(service("web", guarded.formatted("192.0.2.0/24")), only("10.42.0.2", "n1"));
    assertThrows(SocketTimeoutException.class, () -> ask(net.outside, "203.0.113.9", 80));
    assertThrows(
        SocketTimeoutException.class, () -> ask(net.outside, TestNode.NODE_ADDRESS, 30080));
    assertTrue(ask(pod2, "203.0.113.9", 80).startsWith("pod1"));
    assertTrue(ask(net.outside, VIP, 80).startsWith("pod1"));
    change(service("web", guarded.formatted("198.51.100.0/24")), only("10.42.0.2", "n1"));
    assertTrue(ask(net.outside, "203.0.113.9", 80).startsWith("pod1"));
    assertTrue(ask(net.outside, TestNode.NODE_ADDRESS, 30080).startsWith("pod1"));
  }

  @Test
  void absent_noEndpointOrNoSuchPort_isRefusedAtOnce() throws Exception {
    replace(web(", externalIPs: [203.0.113.7]"));
    for (TestNamespace from : List.of(net.node, pod2, net.outside)) {
      assertThrows(ConnectException.class, () -> ask(from, VIP, 80));
      assertThrows(ConnectException.class, () -> ask(from, VIP, 81));
      assertThrows(ConnectException.class, () -> ask(from, TestNode.NODE_ADDRESS, 30080));
    }
    assertThrows(ConnectException.class, () -> ask(net.outside, "203.0.113.7", 80));
    change(web(""), only("10.42.0.2", "n1"));
    assertTrue(ask(pod2, VIP, 80).startsWith("pod1"));
    assertThrows(ConnectException.class, () -> ask(pod2, VIP, 81));
  }

  @Test
  void internalPolicyLocal_noneHere_isDropped() throws Exception {
    Service local = web(", internalTrafficPolicy: Local");
    replace(local, only("10.42.0.2", "n2"));
    assertThrows(SocketTimeoutException.class, () -> ask(pod2, VIP, 80));
    change(local, only("10.42.0.2", "n1"));
    assertTrue(ask(pod2, VIP, 80).startsWith("pod1"));
  }

  @Test
  void terminating_noneReady_servesOn() throws Exception {
    String ending = "ready: false, serving: true, terminating: true";
    EndpointSlice slice =
        slice(
            "web",
            "IPv4",
            "name: http, port: 8080",
            endpoint("10.42.0.2", "n1", ending),
            endpoint("10.42.0.3", "n1", "ready: false, serving: false, terminating: true"));
    replace(web(""), slice);
    for (int i = 0; i < 8; i++) {
      assertTrue(ask(net.node, VIP, 80).startsWith("pod1"));
    }
  }

  @Test
  void sticky_client_staysUntilItsEndpointGoes() throws Exception {
    Service sticky = web(", sessionAffinity: ClientIP");
    replace(sticky, both());
    for (int port : List.of(80, 30080)) {
      String address = port == 80 ? VIP : TestNode.NODE_ADDRESS;
      String first = ask(net.outside, address, port);
      for (int i = 0; i < 12; i++) {
        assertEquals(first, ask(net.outside, address, port));
      }
    }
    String before = ask(net.outside, VIP, 80).substring(0, 4);
    boolean one = before.equals("pod1");
    change(sticky, only(one ? "10.42.0.3" : "10.42.0.2", "n1"));
    String after = ask(net.outside, VIP, 80).substring(0, 4);
    assertEquals(one ? "pod2" : "pod1", after);
    change(sticky, both());
    for (int i = 0; i < 12; i++) {
      assertEquals(after, ask(net.outside, VIP, 80).substring(0, 4));
    }
    replace(sticky, both());
    for (int i = 0; i < 12; i++) {
      assertEquals(after, ask(net.outside, VIP, 80).substring(0, 4), "it outlives a new table");
    }
    String listing = net.node.exec("nft", "list", "map", "inet", "wherry", "affinity4");
    assertTrue(listing.contains("timeout 3h"), listing);
  }

  @Test
  void datagrams_oneFlow_staysTranslated() throws Exception {
    Service dns =
        service(
            "web", "spec: {clusterIP: 10.43.0.10, ports: [{name: dns, port: 53, protocol: UDP}]}");
    replace(
        dns,
        slice("web", "IPv4", "name: dns, protocol: UDP, port: 5353", ready("10.42.0.2", "n1")));
    try (DatagramSocket socket = TestNode.datagrams(pod2, VIP, 53)) {
      assertEquals("pod1 10.42.0.3", ask(socket));
      assertEquals("pod1 10.42.0.3", ask(socket));
    }
  }

  @Test
  void sixth_family_worksTheSame() throws Exception {
    Service dual =
        service(
            "web",
            "spec: {clusterIPs: ['fd43::10', 10.43.0.10], sessionAffinity: ClientIP,"
                + " ports: [{name: http, port: 80, nodePort: 30080}]}");
    replace(
        dual,
        slice("web", "IPv6", "name: http, port: 8080", ready("fd42::2", "n1")),
        only("10.42.0.3", "n1"));
    assertTrue(ask(pod2, "fd43::10", 80).startsWith("pod1 fd42:"));
    assertTrue(ask(net.outside, "fd43::10", 80).startsWith("pod1 fd42:0:0:0:0:0:0:1"));
    assertTrue(ask(net.outside, "2001:db8::1", 30080).startsWith("pod1"));
    assertTrue(ask(net.outside, TestNode.NODE_ADDRESS, 30080).startsWith("pod2"));
    assertThrows(ConnectException.class, () -> ask(pod2, "fd43::10", 81));
  }

  @Test
  void remove_table_leavesNothingOfOurs() throws Exception {
    replace(web(""), both());
    assertTrue(netlink.call(KernelTable::remove));
    assertTrue(!netlink.call(KernelTable::remove));
    assertEquals("", net.node.exec("nft", "list", "tables"));
  }
}

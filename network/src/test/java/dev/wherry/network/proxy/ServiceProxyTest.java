package dev.wherry.network.proxy;

import static dev.wherry.network.proxy.Objects.ready;
import static dev.wherry.network.proxy.Objects.service;
import static dev.wherry.network.proxy.Objects.slice;
import static dev.wherry.network.proxy.TestNode.answers;
import static dev.wherry.network.proxy.TestNode.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.sockets.ListeningSockets;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The proxy from the API to packets, on a node of namespaces, beside others who use nftables. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceProxyTest {
  private static final ServiceProxy.Setup SETUP =
      new ServiceProxy.Setup("n1", false, ListeningSockets.OWN);
  private static final String VIP = "10.43.0.10";

  private final SystemTimer timer = new SystemTimer();
  private TestNode net;
  private TestNamespace pod1;
  private TestNamespace pod2;
  private FakeApiClient api = new FakeApiClient(timer);
  private ServiceProxy proxy;

  @BeforeAll
  void create() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip and nft");
    net = TestNode.create();
    pod1 = net.pod();
    pod2 = net.pod();
    net.serve(pod1, 8080, "pod1");
    net.serve(pod2, 8080, "pod2");
    net.serveDatagrams(pod1, 5353, "pod1");
    net.serveDatagrams(pod2, 5353, "pod2");
  }

  @AfterAll
  void destroy() throws Exception {
    if (net != null) {
      net.close();
    }
    timer.close();
  }

  @BeforeEach
  void start() throws Exception {
    net.node.exec("sysctl", "-qw", "net.ipv4.ip_forward=0");
    net.node.exec(
        "sysctl", "-qw", "net.ipv6.conf.all.forwarding=0", "net.ipv6.conf.lo.accept_ra=1");
    api = new FakeApiClient(timer);
    api.create(Node.KIND, Objects.NODE);
    proxy = ServiceProxy.start(api, SETUP, timer, net.node::enter);
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    ServiceProxy.remove(net.node::enter);
    net.node.exec("nft", "flush", "ruleset");
  }

  private void web(String address) {
    api.create(
        Service.KIND,
        service(
            "web",
            "spec: {clusterIPs: [10.43.0.10], ports: [{name: http, port: 80, nodePort: 30080}]}"));
    api.create(
        EndpointSlice.KIND, slice("web", "IPv4", "name: http, port: 8080", ready(address, "n1")));
  }

  private void awaitAnswer(String who) {
    Eventually.await(who + " answers", () -> answers(net.outside, VIP, 80, who));
  }

  private String listing() throws Exception {
    return net.node.exec("nft", "list", "ruleset");
  }

  @Test
  void service_comesAndGoes_tableFollows() throws Exception {
    web("10.42.0.2");
    awaitAnswer("pod1");
    assertEquals("1", net.node.exec("cat", "/proc/sys/net/ipv4/ip_forward").trim());
    String six = "/proc/sys/net/ipv6/conf/";
    assertEquals("1", net.node.exec("cat", six + "all/forwarding").trim());
    assertEquals("2", net.node.exec("cat", six + "lo/accept_ra").trim(), "routes are still heard");
    assertEquals("1", net.node.exec("cat", six + "default/accept_ra").trim(), "no pod hears any");
    assertEquals("pod1 10.42.0.3", ask(pod2, VIP, 80), "pods keep their address");

    api.update(
        EndpointSlice.KIND,
        slice("web", "IPv4", "name: http, port: 8080", ready("10.42.0.3", "n1")));
    awaitAnswer("pod2");

    api.delete(EndpointSlice.KIND, "ns", "web-1", DeleteOptions.DEFAULT);
    Eventually.await("refused", () -> !answers(net.outside, VIP, 80, "pod"));
    assertThrows(ConnectException.class, () -> ask(pod1, VIP, 80));

    api.delete(Service.KIND, "ns", "web", DeleteOptions.DEFAULT);
    Eventually.await(
        "gone",
        () -> {
          try {
            return !listing().contains(VIP);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void service_ofAnotherProxyOrHeadless_isLeftAlone() throws Exception {
    api.create(
        Service.KIND,
        service("theirs", "spec: {clusterIPs: [10.43.0.77], ports: [{name: http, port: 80}]}"));
    web("10.42.0.2");
    awaitAnswer("pod1");
    assertTrue(listing().contains("10.43.0.77"));
    Service theirs = api.get(Service.KIND, "ns", "theirs");
    api.update(
        Service.KIND,
        theirs.toBuilder()
            .metadata(
                theirs.metadata().toBuilder()
                    .labels(java.util.Map.of("service.kubernetes.io/service-proxy-name", "x"))
                    .build())
            .build());
    Eventually.await(
        "left out",
        () -> {
          try {
            return !listing().contains("10.43.0.77");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void services_ofAnotherProxyAltogether_leaveOnlyWhatPodsLeaveBy() throws Exception {
    web("10.42.0.2");
    awaitAnswer("pod1");
    proxy.close();
    ServiceProxy.Setup none =
        new ServiceProxy.Setup("n1", false, true, ListeningSockets.OWN, () -> "");
    proxy = ServiceProxy.start(api, none, timer, net.node::enter);
    Eventually.await(
        "only masquerades",
        () -> {
          try {
            return !listing().contains(VIP) && listing().contains("masquerade");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void others_flushOrEdit_isRepaired() throws Exception {
    web("10.42.0.2");
    awaitAnswer("pod1");
    String before = listing();
    net.node.exec("nft", "flush", "ruleset");
    Eventually.await("repaired", () -> answers(pod2, VIP, 80, "pod1"));
    net.node.exec(
        "nft", "delete", "element", "inet", "wherry", "vip-dispatch4", "{ 10.43.0.10 . tcp . 80 }");
    Eventually.await("repaired", () -> answers(pod2, VIP, 80, "pod1"));
    net.node.exec("nft", "flush", "chain", "inet", "wherry", "services");
    Eventually.await("repaired", () -> answers(pod2, VIP, 80, "pod1"));
    assertEquals(before, listing());
  }

  @Test
  void others_changeTheirTables_leaveOursAndTheirs() throws Exception {
    net.node.exec(
        "nft", "add table inet theirs; add chain inet theirs c; add rule inet theirs c drop");
    web("10.42.0.2");
    awaitAnswer("pod1");
    for (int i = 0; i < 20; i++) {
      net.node.exec("nft", "add", "rule", "inet", "theirs", "c", "drop");
    }
    api.update(
        EndpointSlice.KIND,
        slice("web", "IPv4", "name: http, port: 8080", ready("10.42.0.3", "n1")));
    awaitAnswer("pod2");
    proxy.close();
    ServiceProxy.remove(net.node::enter);
    assertTrue(listing().contains("table inet theirs"));
    assertFalse(listing().contains("wherry"));
  }

  @Test
  void docker_dropsForwarded_podsPassAndTheRulesComeBack() throws Exception {
    net.node.exec("iptables", "-P", "FORWARD", "DROP");
    web("10.42.0.2");
    Eventually.await("passes", () -> answers(net.outside, TestNode.NODE_ADDRESS, 30080, "pod1"));
    String rules = net.node.exec("iptables", "-S", "FORWARD");
    assertTrue(rules.contains("-A FORWARD -s 10.42.0.0/24"), rules);
    assertTrue(rules.contains("-A FORWARD -d 10.42.0.0/24"), rules);

    net.node.exec("iptables", "-F", "FORWARD");
    Eventually.await("again", () -> answers(net.outside, TestNode.NODE_ADDRESS, 30080, "pod1"));
    proxy.close();
    ServiceProxy.remove(net.node::enter);
    assertEquals("-P FORWARD DROP", net.node.exec("iptables", "-S", "FORWARD").trim());
    net.node.exec("iptables", "-P", "FORWARD", "ACCEPT");
  }

  @Test
  void second_proxyInTheNamespace_waitsItsTurn() throws Exception {
    web("10.42.0.2");
    awaitAnswer("pod1");
    assertThrows(NetlinkException.class, () -> ServiceProxy.remove(net.node::enter));
    FakeApiClient empty = new FakeApiClient(timer);
    try (ServiceProxy _ = ServiceProxy.start(empty, SETUP, timer, net.node::enter)) {
      assertEquals("pod1 10.42.0.3", ask(pod2, VIP, 80));
      proxy.close();
      Eventually.await("taken over", () -> !answers(pod2, VIP, 80, "pod1"));
    }
  }

  @Test
  void close_table_staysForThePods() throws Exception {
    web("10.42.0.2");
    awaitAnswer("pod1");
    proxy.close();
    assertEquals("pod1 10.42.0.3", ask(pod2, VIP, 80));
  }

  @Test
  void datagrams_endpointMoves_flowFollows() throws Exception {
    api.create(
        Service.KIND,
        service(
            "dns",
            "spec: {clusterIPs: [10.43.0.10], ports: [{name: d, port: 53, protocol: UDP}]}"));
    api.create(
        EndpointSlice.KIND,
        slice("dns", "IPv4", "name: d, protocol: UDP, port: 5353", ready("10.42.0.2", "n1")));
    try (DatagramSocket flow = TestNode.datagrams(net.outside, VIP, 53)) {
      flow.setSoTimeout(200);
      Eventually.await("first", () -> says(flow, "pod1"));
      api.update(
          EndpointSlice.KIND,
          slice("dns", "IPv4", "name: d, protocol: UDP, port: 5353", ready("10.42.0.3", "n1")));
      Eventually.await("the same socket reaches the other", () -> says(flow, "pod2"));
    }
  }

  private static boolean says(DatagramSocket flow, String who) {
    try {
      return TestNode.ask(flow).startsWith(who);
    } catch (SocketTimeoutException | java.net.PortUnreachableException e) {
      return false;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

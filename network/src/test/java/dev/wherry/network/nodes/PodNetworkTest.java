package dev.wherry.network.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.cni.PodNetworkFile;
import dev.wherry.network.netlink.Parts;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.relay.PodRelay;
import dev.wherry.network.relay.RelayHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes n1 and n2 on one link, n3 behind a router; each node's pod is an address of its own. */
class PodNetworkTest {
  /** Between two questions to a node beyond the tunnel. */
  private static final Duration ROUND = Duration.ofMillis(200);

  private final SystemTimer timer = new SystemTimer();
  private final Parts parts = new Parts();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final Relays relays = new Relays();
  private @TempDir Path folder;
  private TestNamespace n1;
  private TestNamespace n2;
  private TestNamespace n3;
  private TestNamespace router;

  @BeforeEach
  void create() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip, nft and busybox");
    router = parts.add(TestNamespace.create());
    router.ip("link", "add", "br0", "type", "bridge");
    router.ip("link", "set", "br0", "up");
    router.ip("addr", "add", "192.0.2.254/24", "dev", "br0");
    n1 = node("n1", "192.0.2.1", "192.0.2.254", 0);
    n2 = node("n2", "192.0.2.2", "192.0.2.254", 1);
    n3 = node("n3", "198.51.100.3", "198.51.100.254", 2);
    router.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
  }

  @AfterEach
  void destroy() throws Exception {
    parts.close();
    relays.close();
    timer.close();
  }

  private TestNamespace node(String name, String address, String gateway, int number)
      throws Exception {
    TestNamespace node = parts.add(TestNamespace.create());
    router.ip("link", "add", name, "type", "veth", "peer", "eth0", "netns", node.name());
    if (gateway.startsWith("192")) {
      router.ip("link", "set", name, "master", "br0");
    } else {
      router.ip("addr", "add", gateway + "/24", "dev", name);
    }
    router.ip("link", "set", name, "up");
    node.ip("addr", "add", address + "/24", "dev", "eth0");
    node.ip("addr", "add", "10.42." + number + ".9/32", "dev", "lo");
    node.ip("link", "set", "eth0", "up");
    node.ip("route", "add", "default", "via", gateway);
    api.create(Node.KIND, TestNodes.ready(name, address, "10.42." + number + ".0/24"));
    return node;
  }

  private PodNetwork start(String name, TestNamespace where) throws Exception {
    PodRelay relay = parts.add(relays.node(name, where));
    PodNetworkFile file = new PodNetworkFile(folder.resolve(name), folder.resolve("leases"));
    return parts.add(
        PodNetwork.start(api, name, file, relay, Optional.empty(), timer, ROUND, where::enter));
  }

  private static boolean says(TestNamespace where, String wanted, String... command) {
    try {
      return where.exec(command).contains(wanted);
    } catch (IOException e) {
      return false;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean reaches(TestNamespace from, String source, String to) {
    return says(from, " 0% packet loss", "busybox", "ping", "-c1", "-W3", "-I", source, to);
  }

  @Test
  void pods_reachEachOther_onTheLinkAndThroughTheTunnel() throws Exception {
    PodNetwork network = start("n1", n1);
    start("n2", n2);
    start("n3", n3);
    Eventually.await("on the link", () -> reaches(n1, "10.42.0.9", "10.42.1.9"));
    Eventually.await("through the tunnel", () -> reaches(n1, "10.42.0.9", "10.42.2.9"));
    Eventually.await("between the others", () -> reaches(n3, "10.42.2.9", "10.42.1.9"));
    Eventually.await("the host itself", () -> reaches(n1, "10.42.0.0", "10.42.2.9"));
    assertTrue(says(n1, "via 192.0.2.2 dev eth0", "ip", "route"));
    assertTrue(says(n1, "mtu 1450", "ip", "link", "show", VxlanEnd.DEVICE), "room for the headers");
    Eventually.await(
        "configuration", () -> says(n1, "\"mtu\":1450", "cat", folder + "/n1/10-wherry.conflist"));
    Eventually.await("condition", () -> condition("n1").equals("False RouteCreated"));

    network.close();
    assertTrue(reaches(n1, "10.42.0.9", "10.42.2.9"), "it stays when the agent ends");
    PodNetwork.remove(n1::enter);
    assertFalse(says(n1, "10.42", "ip", "route"));
    assertFalse(says(n1, "vxlan", "ip", "link"));
  }

  private String condition(String node) {
    return condition(node, "NetworkUnavailable");
  }

  private String condition(String node, String type) {
    return api.get(Node.KIND, "", node).status().conditions().stream()
        .filter(c -> c.type().equals(type))
        .map(c -> c.status() + " " + c.reason())
        .findFirst()
        .orElse("");
  }

  @Test
  void nodes_thatUdpDoesNotReach_relayThroughTheServer_untilItDoes() throws Exception {
    router.exec("nft", "add table ip block");
    router.exec("nft", "add chain ip block forward { type filter hook forward priority 0; }");
    router.exec("nft", "add rule ip block forward udp dport 8472 drop");
    RelayHub hub = parts.add(relays.hub(api, timer));
    PodNetwork network = start("n1", n1);
    start("n2", n2);
    start("n3", n3);
    Eventually.await("relayed", () -> reaches(n1, "10.42.0.9", "10.42.2.9"));
    Eventually.await("back", () -> reaches(n3, "10.42.2.9", "10.42.1.9"));
    Eventually.await("the host itself", () -> reaches(n1, PodRelay.DEVICE, "10.42.2.9"));
    assertTrue(says(n1, "via 192.0.2.2 dev eth0", "ip", "route"), "neighbours stay neighbours");
    String told = "True UDPDoesNotArrive";
    Eventually.await("said", () -> condition("n3", "wherry.dev/PodTrafficRelayed").equals(told));
    assertEquals("False RouteCreated", condition("n3"));

    n1.ip("link", "del", PodRelay.DEVICE);
    Eventually.await("repaired", () -> reaches(n1, "10.42.0.9", "10.42.2.9"));
    network.close();
    start("n1", n1);
    Eventually.await("the next agent", () -> reaches(n1, "10.42.0.9", "10.42.2.9"));
    assertTrue(says(n1, PodRelay.DEVICE, "ip", "route", "get", "10.42.2.9"));

    router.exec("nft", "delete table ip block");
    Eventually.await(
        "the tunnel again", () -> says(n1, VxlanEnd.DEVICE, "ip", "route", "get", "10.42.2.9"));
    Eventually.await(
        "said again",
        () -> condition("n1", "wherry.dev/PodTrafficRelayed").equals("False UDPArrives"));
    Eventually.await("through it", () -> reaches(n1, "10.42.0.9", "10.42.2.9"));
    Eventually.await("no interface", () -> !says(n1, PodRelay.DEVICE, "ip", "link"));
    hub.close();
  }

  @Test
  void changesOfOthers_areUndone_andNodesThatGoAreForgotten() throws Exception {
    start("n1", n1);
    Eventually.await("both ways", () -> says(n1, "10.42.2.0/24", "ip", "route"));
    n1.ip("route", "del", "10.42.1.0/24");
    Eventually.await("route again", () -> says(n1, "10.42.1.0/24", "ip", "route"));
    n1.ip("link", "del", VxlanEnd.DEVICE);
    Eventually.await("tunnel again", () -> says(n1, "10.42.2.0/24", "ip", "route"));
    n1.ip("neigh", "flush", "dev", VxlanEnd.DEVICE, "nud", "permanent");
    Eventually.await(
        "neighbour again",
        () -> says(n1, "02:57:0a:2a:02:00 PERMANENT", "ip", "neigh", "show", "nud", "permanent"));
    n1.exec("bridge", "fdb", "del", "02:57:0a:2a:02:00", "dev", VxlanEnd.DEVICE);
    Eventually.await(
        "forwarding again",
        () -> says(n1, "198.51.100.3", "bridge", "fdb", "show", "dev", VxlanEnd.DEVICE));
    n1.ip("link", "set", "eth0", "down");
    n1.ip("link", "set", "eth0", "up");
    n1.ip("route", "add", "default", "via", "192.0.2.254");
    Eventually.await("after the link", () -> says(n1, "via 192.0.2.2 dev eth0", "ip", "route"));
    n1.ip("route", "add", "10.99.0.0/16", "via", "192.0.2.2");

    api.delete(Node.KIND, "", "n3", DeleteOptions.DEFAULT);
    Eventually.await("no tunnel", () -> !says(n1, "vxlan", "ip", "link"));
    api.delete(Node.KIND, "", "n2", DeleteOptions.DEFAULT);
    Eventually.await("no route", () -> !says(n1, "10.42.1.0/24", "ip", "route"));
    assertTrue(says(n1, "10.99.0.0/16", "ip", "route"), "others' routes stay");
    Eventually.await(
        "whole packets", () -> says(n1, "\"mtu\":1500", "cat", folder + "/n1/10-wherry.conflist"));
  }

  @Test
  void second_inOneNamespace_writesItsConfigurationOnly() throws Exception {
    start("n1", n1);
    Eventually.await("routes", () -> says(n1, "10.42.2.0/24", "ip", "route"));
    start("n2", n1);
    Eventually.await("its file", () -> Files.exists(folder.resolve("n2/10-wherry.conflist")));
    Eventually.await("the link", () -> says(n1, "via 192.0.2.2 dev eth0", "ip", "route"));
    Eventually.await("condition", () -> condition("n1").equals("False RouteCreated"));
  }
}

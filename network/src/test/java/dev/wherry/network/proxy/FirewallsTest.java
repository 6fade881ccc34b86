package dev.wherry.network.proxy;

import static dev.wherry.network.proxy.Objects.ready;
import static dev.wherry.network.proxy.Objects.slice;
import static dev.wherry.network.proxy.TestNode.answers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.sockets.ListeningSockets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Pods' packets on a host whose firewall drops what it does not know, as each of them does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirewallsTest {
  private static final String POD = "10.42.0.2";
  private static final int HOST_PORT = 6443;

  /** What "ufw enable" leaves of Debian's before.rules, with ufw's own chains. */
  private static final String UFW =
      """
      *filter
      :INPUT DROP [0:0]
      :FORWARD DROP [0:0]
      :OUTPUT ACCEPT [0:0]
      :ufw-before-input - [0:0]
      :ufw-before-forward - [0:0]
      -A INPUT -j ufw-before-input
      -A FORWARD -j ufw-before-forward
      -A ufw-before-input -i lo -j ACCEPT
      -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A ufw-before-input -m conntrack --ctstate INVALID -j DROP
      -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      COMMIT
      """;

  /** The chains of firewalld 1.3 that judge, with no zone that lets anything in. */
  private static final String FIREWALLD =
      """
      table inet firewalld {
        chain filter_INPUT {
          type filter hook input priority filter + 10
          ct state { established, related } accept
          ct status dnat accept
          iifname "lo" accept
          ct state invalid drop
          reject with icmpx admin-prohibited
        }
        chain filter_FORWARD {
          type filter hook forward priority filter + 10
          ct state { established, related } accept
          ct status dnat accept
          iifname "lo" accept
          ct state invalid drop
          reject with icmpx admin-prohibited
        }
      }
      """;

  @TempDir static Path folder;
  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private TestNode net;
  private TestNamespace pod;
  private ServiceProxy proxy;

  @BeforeAll
  void create() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip and nft");
    net = TestNode.create();
    net.serve(net.pod(), 8080, "pod1");
    pod = net.pod();
    net.serve(net.node, HOST_PORT, "node");
    net.serve(net.outside, 80, "world");
    api.create(Node.KIND, Objects.NODE);
    service("web", "10.43.0.10", "http", POD, 8080);
    service("kubernetes", "10.43.0.1", "https", TestNode.NODE_ADDRESS, HOST_PORT);
  }

  private void service(String name, String address, String port, String endpoint, int target) {
    String spec = "spec: {clusterIPs: [%s], ports: [{name: %s, port: 80, nodePort: %d}]}";
    int nodePort = 30_000 + target / 100;
    api.create(Service.KIND, Objects.service(name, spec.formatted(address, port, nodePort)));
    String shape = "name: %s, port: %d".formatted(port, target);
    api.create(EndpointSlice.KIND, slice(name, "IPv4", shape, ready(endpoint, "n1")));
  }

  @AfterAll
  void destroy() throws Exception {
    if (net != null) {
      net.close();
    }
    timer.close();
  }

  private void start() {
    ServiceProxy.Setup setup = new ServiceProxy.Setup("n1", true, ListeningSockets.OWN);
    proxy = ServiceProxy.start(api, setup, timer, net.node::enter);
  }

  /** What the host had is as it was, and the host's firewall goes. */
  @AfterEach
  void stop() throws Exception {
    if (proxy != null) {
      proxy.close();
      ServiceProxy.remove(net.node::enter);
      assertFalse(net.node.exec("nft", "list", "ruleset").contains("wherry"));
    }
    net.node.exec("nft", "flush", "ruleset");
    net.node.exec("iptables-legacy", "-P", "FORWARD", "ACCEPT");
    net.node.exec("iptables-legacy", "-F", "FORWARD");
  }

  /** All ways of pods, and none besides. */
  private void awaitPodsPass() throws Exception {
    Eventually.await("a pod asks a pod", () -> answers(pod, POD, 8080, "pod1"));
    assertTrue(answers(pod, "10.43.0.10", 80, "pod1"), "by Service");
    assertTrue(answers(pod, TestNode.OUTSIDE_ADDRESS, 80, "world"), "outwards");
    assertTrue(answers(net.outside, TestNode.NODE_ADDRESS, 30_080, "pod1"), "by node port");
    Eventually.await("the node answers", () -> answers(pod, "10.43.0.1", 80, "node"));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void ufw_enabledAndReloaded_podsPass_andTheHostStaysClosed() throws Exception {
    Path rules = file("ufw.rules", UFW);
    net.node.exec("iptables-nft-restore", rules.toString());
    assertFalse(answers(pod, POD, 8080, "pod1"), "ufw drops");
    start();
    awaitPodsPass();
    assertFalse(answers(pod, TestNode.NODE_ADDRESS, HOST_PORT, "node"), "only what a Service is");
    String input = net.node.exec("iptables-nft", "-S", "INPUT");
    assertTrue(
        input.contains("-A INPUT -s 10.42.0.0/24 -m conntrack --ctstate DNAT"),
        "iptables can list it: " + input);

    net.node.exec("iptables-nft-restore", rules.toString());
    awaitPodsPass();
  }

  @Test
  void firewalld_startedAndReloaded_podsPass_andTheHostStaysClosed() throws Exception {
    Path rules = file("firewalld.nft", FIREWALLD);
    net.node.exec("nft", "-f", rules.toString());
    assertFalse(answers(pod, POD, 8080, "pod1"), "firewalld rejects");
    start();
    awaitPodsPass();
    assertFalse(answers(pod, TestNode.NODE_ADDRESS, HOST_PORT, "node"), "only what a Service is");

    net.node.exec("nft", "delete", "table", "inet", "firewalld");
    net.node.exec("nft", "-f", rules.toString());
    awaitPodsPass();
    proxy.close();
    ServiceProxy.remove(net.node::enter);
    String left = net.node.exec("nft", "list", "chain", "inet", "firewalld", "filter_FORWARD");
    assertEquals(5, left.lines().filter(line -> line.matches("\t\t(ct|iif|rej).*")).count(), left);
  }

  @Test
  void legacyIptables_drops_anEventSaysWhatToDo_andThatHelps() throws Exception {
    net.node.exec("iptables-legacy", "-P", "FORWARD", "DROP");
    start();
    Eventually.await("an event", () -> !events().isEmpty());
    Event event = events().getFirst();
    assertEquals("n1", event.involvedObject().name());
    assertFalse(answers(pod, POD, 8080, "pod1"), "it is out of nftables' reach");

    Matcher mend = Pattern.compile(".*?: (iptables-legacy .*)").matcher(event.message());
    assertTrue(mend.matches(), event.message());
    net.node.exec("sh", "-c", mend.group(1));
    awaitPodsPass();
    assertFalse(net.node.call(() -> LegacyFilter.drops(Cidr.parse("10.42.0.0/24"))));
  }

  private List<Event> events() {
    return api.list(Event.KIND, "", ListOptions.ALL).items().stream()
        .filter(event -> event.reason().equals("LegacyIptablesDropsPods"))
        .toList();
  }
}

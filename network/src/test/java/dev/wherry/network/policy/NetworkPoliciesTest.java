package dev.wherry.network.policy;

import static dev.wherry.network.policy.PolicyObjects.clusterPolicy;
import static dev.wherry.network.policy.PolicyObjects.pod;
import static dev.wherry.network.policy.PolicyObjects.policy;
import static dev.wherry.network.policy.PolicyObjects.read;
import static dev.wherry.network.policy.RoutedNode.reaches;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.trees.DefinedKinds;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Policies from the API to packets between pods of one node, which no bridge joins. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkPoliciesTest {
  private static final String ONE = "10.42.0.2";
  private static final String TWO = "10.42.0.3";
  private static final String NEW = "10.42.0.4";

  private final SystemTimer timer = new SystemTimer();
  private RoutedNode net;
  private TestNamespace one;
  private TestNamespace two;
  private TestNamespace three;
  private FakeApiClient api = new FakeApiClient(timer);
  private NetworkPolicies policies;

  @BeforeAll
  void create() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip and nft");
    net = RoutedNode.create();
    one = net.pod(2);
    two = net.pod(3);
    three = net.pod(4);
    net.serve(net.node, 8080);
  }

  @AfterAll
  void destroy() throws Exception {
    if (net != null) {
      net.close();
    }
    timer.close();
  }

  @BeforeEach
  void start() {
    api = new FakeApiClient(timer);
    api.create(
        Node.KIND,
        read(
            Node.KIND,
            "{metadata: {name: n1}, spec: {podCIDRs: [10.42.0.0/24]}, status: {addresses: [{type:"
                + " InternalIP, address: 10.42.0.1}]}}"));
    api.create(Namespace.KIND, read(Namespace.KIND, "{metadata: {name: x, labels: {ns: x}}}"));
    api.create(Pod.KIND, pod("x", "one", "n1", ONE, "pod: one"));
    api.create(Pod.KIND, pod("x", "two", "n1", TWO, "pod: two"));
    policies = NetworkPolicies.start(api, "n1", timer, net.node::enter);
  }

  @AfterEach
  void stop() throws Exception {
    policies.close();
    NetworkPolicies.remove(net.node::enter);
  }

  private void add(String name, String spec) {
    api.create(NetworkPolicy.KIND, policy("x", name, spec));
  }

  private boolean listed(String text) {
    try {
      return net.node.exec("nft", "list", "ruleset").contains(text);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void policies_comeAndGo_packetsFollow() throws Exception {
    Eventually.await("two reaches ONE", () -> reaches(two, ONE, 80));
    assertFalse(listed("wherry-policy"), "no policy, no table");

    add("deny", "podSelector: {}, policyTypes: [Ingress]");
    Eventually.await("closed", () -> !reaches(two, ONE, 80));
    Eventually.await("the node reaches its pods", () -> reaches(net.node, ONE, 80));
    Eventually.await("and they reach it", () -> reaches(one, RoutedNode.GATEWAY, 8080));

    add(
        "some",
        "podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{podSelector: {matchLabels:"
            + " {pod: two}}}], ports: [{port: serve}]}]");
    Eventually.await("open for one port", () -> reaches(two, ONE, 80));
    assertFalse(reaches(two, ONE, 81));
    assertFalse(reaches(one, TWO, 80));

    api.delete(NetworkPolicy.KIND, "x", "some", DeleteOptions.DEFAULT);
    api.delete(NetworkPolicy.KIND, "x", "deny", DeleteOptions.DEFAULT);
    Eventually.await("open", () -> reaches(two, ONE, 81));
    Eventually.await("no table", () -> !listed("wherry-policy"));
  }

  @Test
  void pod_isShutOutUntilItIsKnown_andLosesItsRightsWithItsLabels() throws Exception {
    add(
        "some",
        "podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector:"
            + " {matchLabels: {ns: x}}, podSelector: {matchLabels: {in: 'true'}}}]}]");
    Eventually.await("written", () -> listed("wherry-policy"));
    assertFalse(reaches(three, TWO, 80), "nobody knows whose address this is");
    assertFalse(reaches(two, NEW, 80));
    Pod stranger = api.create(Pod.KIND, pod("x", "new", "n1", NEW, "in: 'true'"));
    Eventually.await("known", () -> reaches(three, TWO, 80));
    Eventually.await("three reaches ONE", () -> reaches(three, ONE, 80));
    try (Socket open = three.call(() -> new Socket(InetAddress.ofLiteral(ONE), 80))) {
      api.update(
          Pod.KIND,
          stranger.toBuilder()
              .metadata(stranger.metadata().toBuilder().labels(Map.of()).build())
              .build());
      Eventually.await("shut out again", () -> !reaches(three, ONE, 80));
      assertTrue(open.getInputStream().read() == 1, "what is established goes on");
    }
  }

  @Test
  void clusterPolicy_ofAKindDefinedLater_isCarriedOut() throws Exception {
    Eventually.await("two reaches ONE", () -> reaches(two, ONE, 80));
    String name = ClusterPolicy.KIND.info().resource();
    api.create(
        DefinedKinds.DEFINITION,
        read(DefinedKinds.DEFINITION, "{metadata: {name: %s}}".formatted(name)));
    api.create(
        ClusterPolicy.KIND,
        clusterPolicy(
            "c",
            "tier: Admin, priority: 1, subject: {namespaces: {matchLabels: {ns: x}}}, ingress: [{action: Pass, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 81}}}]}, {action: Deny, from: [{namespaces: {}}]}]"));
    Eventually.await("closed", () -> !reaches(two, ONE, 80));
    assertTrue(reaches(two, ONE, 81), "passed, and no tier says no");

    assertTrue(reaches(one, RoutedNode.GATEWAY, 8080), "nodes are not named");
    api.create(
        ClusterPolicy.KIND,
        clusterPolicy(
            "nodes",
            "tier: Admin, priority: 2, subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {pod: one}}}}, egress: [{action: Deny, to: [{nodes: {}}]}]"));
    Eventually.await("its own node is closed", () -> !reaches(one, RoutedNode.GATEWAY, 8080));
    assertTrue(reaches(two, RoutedNode.GATEWAY, 8080), "another pod");
    assertTrue(reaches(net.node, ONE, 80), "the node reaches its pod");
    api.delete(ClusterPolicy.KIND, "", "nodes", DeleteOptions.DEFAULT);

    api.delete(ClusterPolicy.KIND, "", "c", DeleteOptions.DEFAULT);
    Eventually.await("no table", () -> !listed("wherry-policy"));
    Eventually.await("open", () -> reaches(two, ONE, 80));
  }

  @Test
  void egress_toABlockWithException_andRanges() throws Exception {
    add(
        "out",
        "podSelector: {matchLabels: {pod: two}}, policyTypes: [Egress], egress: [{to: [{ipBlock:"
            + " {cidr: 10.42.0.0/24, except: [10.42.0.4/32]}}], ports: [{port: 79, endPort: 80}]}]");
    api.create(Pod.KIND, pod("x", "new", "n1", NEW, "pod: new"));
    Eventually.await("written", () -> listed("10.42.0.4") && listed("wherry-policy"));
    Eventually.await("range", () -> reaches(two, ONE, 80) && !reaches(two, ONE, 81));
    assertFalse(reaches(two, NEW, 80));
    Eventually.await("one reaches NEW", () -> reaches(one, NEW, 80));
  }

  @Test
  void table_flushedByOthers_isMadeAgain_andOneOwnsIt() throws Exception {
    add("deny", "podSelector: {}, policyTypes: [Ingress]");
    Eventually.await("closed", () -> !reaches(two, ONE, 80));
    net.node.exec("nft", "flush", "ruleset");
    Eventually.await("closed again", () -> !reaches(two, ONE, 80));
    assertThrows(NetlinkException.class, () -> NetworkPolicies.remove(net.node::enter));
    policies.close();
    assertFalse(reaches(two, ONE, 80), "it stays when the agent ends");
  }
}

package dev.wherry.network.policy;

import static dev.wherry.network.policy.PolicyObjects.clusterPolicy;
import static dev.wherry.network.policy.PolicyObjects.pod;
import static dev.wherry.network.policy.PolicyObjects.policy;
import static dev.wherry.network.policy.PolicyObjects.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.trees.TreeObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ClusterNetworkPolicies by their API's own text: in the namespace {@code shop} a server and the
 * same with other labels, clients in {@code shop} and in {@code far}. All on this node.
 */
class ClusterPolicyTest {
  private static final Map<String, Map<String, String>> LABELS =
      Map.of("shop", Map.of("ns", "shop"), "far", Map.of("ns", "far"));
  private static final Map<String, String> ADDRESSES =
      Map.of("server", "10.42.0.2", "near", "10.42.0.3", "far", "10.42.0.4", "node", "10.0.0.1");
  private static final List<PolicyNode> NODES =
      List.of(
          node("own", "10.0.0.1", "fd01::1"),
          node("other", "10.0.0.2", "fd01::2"),
          node("odd", "not-an-address"));
  private static final String SERVER =
      "subject: {pods: {namespaceSelector: {matchLabels: {ns: shop}}, podSelector: {matchLabels: {pod: server}}}}";
  private static final String SHOP = "subject: {namespaces: {matchLabels: {ns: shop}}}";
  private static final String FROM_FAR = "from: [{namespaces: {matchLabels: {ns: far}}}]";
  private static final String FROM_ALL = "from: [{namespaces: {}}]";

  private final List<NetworkPolicy> policies = new ArrayList<>();
  private final List<TreeObject> clusterPolicies = new ArrayList<>();

  private static PolicyNode node(String zone, String... addresses) {
    String all =
        Stream.of(addresses)
            .map("{type: InternalIP, address: '%s'}"::formatted)
            .collect(Collectors.joining(", "));
    return PolicyNode.of(
        read(
            Node.KIND,
            "{metadata: {name: %1$s, labels: {zone: %1$s}}, status: {addresses: [%2$s]}}"
                .formatted(zone, all)));
  }

  private void add(String name, String tier, int priority, String spec) {
    clusterPolicies.add(
        clusterPolicy(name, "tier: %s, priority: %d, %s".formatted(tier, priority, spec)));
  }

  private static String ingress(String action, String peers) {
    return "%s, ingress: [{action: %s, %s}]".formatted(SERVER, action, peers);
  }

  private Verdicts table() {
    List<PolicyPod> pods =
        Stream.of(
                pod("shop", "server", "n1", ADDRESSES.get("server"), "pod: server"),
                pod("shop", "near", "n1", ADDRESSES.get("near"), "pod: client"),
                pod("far", "far", "n1", ADDRESSES.get("far"), "pod: client"))
            .flatMap(each -> PolicyPod.of(each).stream())
            .toList();
    List<ClusterPolicy> cluster =
        clusterPolicies.stream()
            .flatMap(each -> ClusterPolicy.of(each, "n1").stream())
            .sorted()
            .toList();
    return new Verdicts(
        PolicyPlanner.plan(
            new World(
                "n1",
                List.of(Cidr.parse("10.42.0.0/24")),
                policies,
                cluster,
                pods,
                LABELS,
                NODES)));
  }

  private boolean reaches(String from, String to, String protocol, int port) {
    return table()
        .pass(
            Verdicts.Packet.of(
                ADDRESSES.getOrDefault(from, from),
                ADDRESSES.getOrDefault(to, to),
                protocol,
                port));
  }

  /** Who of the clients reaches the server. */
  private String reaching() {
    List<String> all = new ArrayList<>();
    for (String client : List.of("near", "far")) {
      if (reaches(client, "server", "TCP", 80)) {
        all.add(client);
      }
    }
    return String.join(" ", all);
  }

  @Test
  void admin_comesBeforeNamespacesPolicies() {
    policies.add(policy("shop", "all", "podSelector: {}, ingress: [{}]"));
    add("deny", "Admin", 5, ingress("Deny", FROM_FAR));
    assertEquals("near", reaching());

    policies.clear();
    policies.add(policy("shop", "none", "podSelector: {}, policyTypes: [Ingress]"));
    clusterPolicies.clear();
    add("allow", "Admin", 5, ingress("Accept", FROM_FAR));
    assertEquals("far", reaching());
  }

  @Test
  void baseline_countsWhereNoNamespacesPolicyIsAboutThePod() {
    add("deny", "Baseline", 5, ingress("Deny", FROM_ALL));
    assertEquals("", reaching());

    policies.add(
        policy(
            "shop",
            "far",
            "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: far}}}]}]"));
    assertEquals("far", reaching());
  }

  @Test
  void priorities_andTheOrderWithinOne_decide() {
    add("late", "Admin", 7, ingress("Deny", FROM_ALL));
    add("early", "Admin", 3, ingress("Accept", FROM_FAR));
    assertEquals("far", reaching());

    clusterPolicies.clear();
    add(
        "one",
        "Admin",
        1,
        SERVER
            + ", ingress: [{action: Deny, %s}, {action: Accept, %s}]"
                .formatted(FROM_FAR, FROM_ALL));
    assertEquals("near", reaching());
  }

  @Test
  void pass_leavesItToTheNextTier() {
    add("pass", "Admin", 1, ingress("Pass", FROM_FAR));
    add("deny", "Admin", 2, ingress("Deny", FROM_ALL));
    assertEquals("far", reaching());

    add("base", "Baseline", 1, ingress("Deny", FROM_FAR));
    assertEquals("", reaching());

    policies.add(policy("shop", "all", "podSelector: {}, ingress: [{}]"));
    assertEquals("far", reaching());
  }

  @ParameterizedTest
  @CsvSource({
    "'tcp: {destinationPort: {number: 80}}', TCP, 80, false",
    "'tcp: {destinationPort: {number: 80}}', TCP, 81, true",
    "'tcp: {destinationPort: {number: 80}}', UDP, 80, true",
    "'tcp: {destinationPort: {range: {start: 70, end: 90}}}', TCP, 90, false",
    "'tcp: {destinationPort: {range: {start: 70, end: 90}}}', TCP, 91, true",
    "'udp: {destinationPort: {number: 53}}', UDP, 53, false",
    "'sctp: {destinationPort: {number: 9}}', SCTP, 9, false",
    "'destinationNamedPort: serve', TCP, 80, false",
    "'destinationNamedPort: dns', UDP, 53, false",
    "'destinationNamedPort: dns', TCP, 53, true",
  })
  void protocols_sayWhichTraffic(String protocol, String used, int port, boolean open) {
    add("deny", "Admin", 1, ingress("Deny", FROM_ALL + ", protocols: [{%s}]".formatted(protocol)));

    assertEquals(open, reaches("near", "server", used, port));
  }

  @Test
  void egress_toNetworksAndPods() {
    add(
        "out",
        "Admin",
        1,
        SHOP
            + ", egress: [{action: Accept, to: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {pod: server}}}}], protocols: [{destinationNamedPort: serve}]}, {action: Deny, to: [{networks: [10.42.0.0/16, 'fd00::/8']}]}]");

    assertTrue(reaches("near", "server", "TCP", 80));
    assertFalse(reaches("near", "server", "TCP", 81));
    assertFalse(reaches("near", "far", "TCP", 80));
    assertTrue(reaches("near", "192.0.2.1", "TCP", 80));
    assertTrue(reaches("far", "server", "TCP", 81), "only egress of the shop is judged");
  }

  @ParameterizedTest
  @CsvSource({
    "zone: other, 10.0.0.2, false",
    "zone: other, 10.0.0.3, true",
    "zone: own, 10.0.0.2, true",
    "zone: nowhere, 10.0.0.2, true",
  })
  void egress_toNodes_isAboutTheirAddresses(String label, String to, boolean open) {
    add("nodes", "Admin", 1, towards("Deny", label));

    assertEquals(open, reaches("near", to, "TCP", 6443));
    assertTrue(reaches("far", to, "TCP", 6443), "another namespace");
    assertTrue(reaches("near", "server", "TCP", 80), "pods are no nodes");
  }

  @Test
  void egress_toTheOwnNode_isForTheClusterToDecide() {
    policies.add(policy("shop", "none", "podSelector: {}, policyTypes: [Egress]"));
    assertTrue(reachesNode("near", 10250), "policies of namespaces have no say");

    add("base", "Baseline", 1, towards("Deny", "zone: own"));
    assertTrue(reachesNode("near", 10250), "the pod has a policy of its namespace");
    policies.clear();
    assertFalse(reachesNode("near", 10250));

    String one = "tier: Admin, priority: 2, ";
    clusterPolicies.add(
        clusterPolicy(
            "one",
            one
                + towards("Accept", "zone: own")
                    .replace(
                        "}}]}]", "}}], protocols: [{tcp: {destinationPort: {number: 22}}}]}]")));
    assertTrue(reachesNode("near", 22));
    assertFalse(reachesNode("near", 10250));
    assertTrue(reachesNode("far", 10250));
  }

  private boolean reachesNode(String from, int port) {
    return table()
        .reachesNode(
            Verdicts.Packet.of(ADDRESSES.getOrDefault(from, from), "10.0.0.1", "TCP", port));
  }

  private static String towards(String action, String label) {
    return SHOP
        + ", egress: [{action: %s, to: [{nodes: {matchLabels: {%s}}}]}]".formatted(action, label);
  }

  @ParameterizedTest
  @CsvSource({"Accept, true", "Deny, false", "Pass, false"})
  void rule_thatNobodyUnderstands_failsClosed(String action, boolean open) {
    add(
        "odd",
        "Admin",
        1,
        SHOP + ", egress: [{action: %s, to: [{domainNames: ['*.test']}]}]".formatted(action));

    assertEquals(open, reaches("near", "192.0.2.1", "TCP", 80));
  }

  @Test
  void policies_ofAnotherDirectionOrOfNobody_changeNothing() {
    add("other", "Admin", 1, SHOP + ", egress: [{action: Deny, to: [{networks: [192.0.2.0/24]}]}]");
    add("nobody", "Admin", 1, "subject: {}, ingress: [{action: Deny, %s}]".formatted(FROM_ALL));
    assertEquals("near far", reaching());
  }
}

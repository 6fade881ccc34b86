package dev.wherry.network.policy;

import static dev.wherry.network.policy.PolicyObjects.pod;
import static dev.wherry.network.policy.PolicyObjects.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.network.rules.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The cases of upstream's test/e2e/network/netpol: namespaces x, y and z with pods a, b and c each,
 * all on this node but c, which is elsewhere. Who reaches whom is asked of the planned table.
 */
class PolicyPlannerTest {
  private static final List<String> SPACES = List.of("x", "y", "z");
  private static final List<String> PODS = List.of("a", "b", "c");
  private static final Map<String, Map<String, String>> LABELS =
      Map.of("x", Map.of("ns", "x"), "y", Map.of("ns", "y"), "z", Map.of("ns", "z", "team", "t"));
  private static final String ALL = "podSelector: {}";
  private static final String A = "podSelector: {matchLabels: {pod: a}}";

  private static String address(String pod) {
    int space = SPACES.indexOf(pod.substring(0, 1));
    int number = PODS.indexOf(pod.substring(2));
    return number == 2 ? "10.42.1." + (space + 10) : "10.42.0." + (space * 10 + number + 10);
  }

  private static List<PolicyPod> pods() {
    List<PolicyPod> all = new ArrayList<>();
    for (String space : SPACES) {
      for (String name : PODS) {
        String node = name.equals("c") ? "n2" : "n1";
        Pod pod = pod(space, name, node, address(space + "/" + name), "pod: " + name);
        PolicyPod.of(pod).ifPresent(all::add);
      }
    }
    return all;
  }

  private static Verdicts with(NetworkPolicy... policies) {
    World world =
        new World(
            "n1",
            List.of(Cidr.parse("10.42.0.0/24")),
            List.of(policies),
            List.of(),
            pods(),
            LABELS,
            List.of());
    return new Verdicts(PolicyPlanner.plan(world));
  }

  private static boolean reaches(Verdicts table, String from, String to, int port) {
    return reaches(table, from, to, "TCP", port);
  }

  private static boolean reaches(
      Verdicts table, String from, String to, String protocol, int port) {
    return table.pass(
        Verdicts.Packet.of(
            from.contains("/") ? address(from) : from,
            to.contains("/") ? address(to) : to,
            protocol,
            port));
  }

  /** Who reaches a pod on port 80, as {@code x/b y/a}. */
  private static String reaching(Verdicts table, String to) {
    List<String> all = new ArrayList<>();
    for (String space : SPACES) {
      for (String name : PODS) {
        if (reaches(table, space + "/" + name, to, 80)) {
          all.add(space + "/" + name);
        }
      }
    }
    return String.join(" ", all);
  }

  private static final String EVERYBODY = "x/a x/b x/c y/a y/b y/c z/a z/b z/c";

  @Test
  void noPolicy_noTable() {
    assertTrue(with().table().isEmpty());
  }

  @Test
  void denyAllIngress_onlyTheNamespaceIsClosed_andAPodReachesItself() {
    Verdicts table = with(policy("x", "deny", ALL + ", policyTypes: [Ingress]"));
    assertEquals("x/a", reaching(table, "x/a"));
    assertEquals(EVERYBODY, reaching(table, "y/a"));
    assertTrue(reaches(table, "x/a", "192.0.2.1", 443));
  }

  @Test
  void denyAllEgress_nobodyGetsOut() {
    Verdicts table = with(policy("x", "deny", ALL + ", policyTypes: [Egress]"));
    assertEquals("x/a y/a y/b y/c z/a z/b z/c x/c", sortC(reaching(table, "x/a")));
    assertEquals("x/c y/a y/b y/c z/a z/b z/c", reaching(table, "y/a"));
    assertFalse(reaches(table, "x/a", "192.0.2.1", 443));
  }

  /** The node of x/c judges its egress, not this one. */
  private static String sortC(String text) {
    return text.replace("x/c ", "") + " x/c";
  }

  @Test
  void ingress_fromPodSelector_meansTheOwnNamespace() {
    Verdicts table =
        with(policy("x", "p", A + ", ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]"));
    assertEquals("x/a x/b", reaching(table, "x/a"));
    assertEquals(EVERYBODY, reaching(table, "x/b"));
  }

  @Test
  void ingress_fromNamespaces_andPodsInThem() {
    String some =
        "namespaceSelector: {matchExpressions: [{key: ns, operator: NotIn, values: [x]}]}";
    assertEquals(
        "x/a y/a y/b y/c z/a z/b z/c",
        reaching(with(policy("x", "p", A + ", ingress: [{from: [{" + some + "}]}]")), "x/a"));
    assertEquals(
        "x/a y/b z/b",
        reaching(
            with(
                policy(
                    "x",
                    "p",
                    A
                        + ", ingress: [{from: [{"
                        + some
                        + ", podSelector: {matchLabels: {pod: b}}}]}]")),
            "x/a"));
    assertEquals(
        "x/a x/b y/a y/b y/c z/a z/b z/c",
        reaching(
            with(
                policy(
                    "x",
                    "p",
                    A
                        + ", ingress: [{from: [{"
                        + some
                        + "}, {podSelector: {matchLabels: {pod: b}}}]}]")),
            "x/a"));
  }

  @Test
  void ingress_emptyRule_letsAllIn_emptyNamespaceSelectorAllPods() {
    assertEquals(EVERYBODY, reaching(with(policy("x", "p", A + ", ingress: [{}]")), "x/a"));
    Verdicts pods = with(policy("x", "p", A + ", ingress: [{from: [{namespaceSelector: {}}]}]"));
    assertEquals(EVERYBODY, reaching(pods, "x/a"));
    assertFalse(reaches(pods, "192.0.2.1", "x/a", 80), "no pod");
  }

  @Test
  void policies_ofOnePod_addUp() {
    Verdicts table =
        with(
            policy("x", "deny", ALL + ", policyTypes: [Ingress]"),
            policy("x", "b", A + ", ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]"),
            policy(
                "x",
                "z",
                A + ", ingress: [{from: [{namespaceSelector: {matchLabels: {team: t}}}]}]"));
    assertEquals("x/a x/b z/a z/b z/c", reaching(table, "x/a"));
    assertEquals("x/b", reaching(table, "x/b"));
  }

  @Test
  void policies_thatDifferInAPortOrARangeOnly_haveChainsOfTheirOwn() {
    String to =
        ", ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}], ports: [{port: %d}]}]";
    Verdicts ports =
        with(policy("x", "one", A + to.formatted(81)), policy("x", "two", A + to.formatted(80)));
    assertTrue(reaches(ports, "x/b", "x/a", 80));
    assertTrue(reaches(ports, "x/b", "x/a", 81));
    assertFalse(reaches(ports, "x/b", "x/a", 82));
    String block = ", ingress: [{from: [{ipBlock: {cidr: %s}}]}]";
    Verdicts ranges =
        with(
            policy("x", "one", A + block.formatted("192.0.2.0/24")),
            policy("x", "two", A + block.formatted("198.51.100.0/24")));
    assertTrue(reaches(ranges, "192.0.2.1", "x/a", 80));
    assertTrue(reaches(ranges, "198.51.100.1", "x/a", 80));
    assertFalse(reaches(ranges, "203.0.113.1", "x/a", 80));
  }

  @Test
  void bothDirections_mustAllow() {
    Verdicts table =
        with(
            policy("x", "in", A + ", ingress: [{from: [{namespaceSelector: {}}]}]"),
            policy(
                "y",
                "out",
                A
                    + ", policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels:"
                    + " {ns: z}}}]}]"));
    assertFalse(reaches(table, "y/a", "x/a", 80));
    assertTrue(reaches(table, "y/a", "z/b", 80));
    assertTrue(reaches(table, "y/b", "x/a", 80));
  }

  @Test
  void ports_byNumberRangeAndName() {
    Verdicts table =
        with(
            policy(
                "x",
                "p",
                A
                    + ", ingress: [{ports: [{port: 81}, {port: 90, endPort: 95}, {port: serve},"
                    + " {port: dns, protocol: UDP}]}]"));
    for (int port : List.of(80, 81, 90, 93, 95)) {
      assertTrue(reaches(table, "y/a", "x/a", port), "port " + port);
    }
    for (int port : List.of(79, 82, 89, 96, 53)) {
      assertFalse(reaches(table, "y/a", "x/a", port), "port " + port);
    }
    assertTrue(reaches(table, "y/a", "x/a", "UDP", 53));
    assertFalse(reaches(table, "y/a", "x/a", "UDP", 81));
    assertFalse(reaches(table, "y/a", "x/a", "SCTP", 81));
    assertFalse(reaches(table, "y/a", "x/a", "ICMP", 0));
  }

  @Test
  void ports_ofAProtocolWithoutNumber_areAllOfIt() {
    Verdicts table = with(policy("x", "p", A + ", ingress: [{ports: [{protocol: UDP}]}]"));
    assertTrue(reaches(table, "y/a", "x/a", "UDP", 7));
    assertFalse(reaches(table, "y/a", "x/a", "TCP", 7));
  }

  @Test
  void egress_namedPort_isThatOfTheServingPods() {
    Verdicts table =
        with(
            policy(
                "x",
                "p",
                A
                    + ", policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels:"
                    + " {ns: 'y'}}}], ports: [{port: serve}]}]"));
    assertTrue(reaches(table, "x/a", "y/c", 80));
    assertFalse(reaches(table, "x/a", "y/c", 81));
    assertFalse(reaches(table, "x/a", "z/c", 80));
    Verdicts anywhere =
        with(policy("x", "p", A + ", policyTypes: [Egress], egress: [{ports: [{port: serve}]}]"));
    assertTrue(reaches(anywhere, "x/a", "z/c", 80));
    assertFalse(reaches(anywhere, "x/a", "192.0.2.1", 80));
  }

  @Test
  void block_withExceptions() {
    String to = ", policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: %s, except: [%s]}}]}]";
    Verdicts table =
        with(policy("x", "p", A + to.formatted("10.42.0.0/16", "10.42.1.0/24, 10.42.0.20/32")));
    assertTrue(reaches(table, "x/a", "x/b", 80));
    assertFalse(reaches(table, "x/a", "y/a", 80), "10.42.0.20");
    assertFalse(reaches(table, "x/a", "x/c", 80), "10.42.1.10");
    assertFalse(reaches(table, "x/a", "192.0.2.1", 80));
    Verdicts sixth = with(policy("x", "p", A + to.formatted("'2001:db8::/32'", "")));
    assertFalse(reaches(sixth, "x/a", "x/b", 80));
  }

  @Test
  void block_thatMakesNoSense_allowsNothing() {
    String wrong = ", ingress: [{from: [{ipBlock: {cidr: nonsense}}]}]";
    assertEquals("x/a", reaching(with(policy("x", "p", A + wrong)), "x/a"));
  }

  @Test
  void types_absent_followTheRules() {
    assertEquals("x/a", reaching(with(policy("x", "p", A)), "x/a"));
    Verdicts out = with(policy("x", "p", A + ", egress: [{to: [{podSelector: {}}]}]"));
    assertEquals("x/a", reaching(out, "x/a"));
    assertFalse(reaches(out, "x/a", "y/a", 80));
    assertTrue(reaches(out, "x/a", "x/b", 80));
  }

  @Test
  void podUnknownYet_ofThisNode_isShutOut_whileThereArePolicies() {
    Verdicts table = with(policy("z", "p", A));
    assertFalse(reaches(table, "10.42.0.99", "x/b", 80));
    assertFalse(reaches(table, "x/b", "10.42.0.99", 80));
    assertTrue(reaches(table, "10.42.1.99", "x/b", 80), "its own node knows it");
  }

  @Test
  void pods_ofTheHostsNetworkOrFinished_areNoSubjects() {
    Pod done = pod("x", "d", "n1", "10.42.0.77", "pod: a");
    Pod host = done.toBuilder().spec(done.spec().toBuilder().hostNetwork(true).build()).build();
    Pod over =
        done.toBuilder().status(done.status().toBuilder().phase("Succeeded").build()).build();
    assertTrue(PolicyPod.of(done).isPresent());
    assertTrue(PolicyPod.of(host).isEmpty());
    assertTrue(PolicyPod.of(over).isEmpty());
  }

  @Test
  void podsOfEqualPolicies_shareTheirChains() {
    PolicyTable table = with(policy("x", "p", ALL + ", ingress: [{}]")).table();
    assertEquals(2, table.chains().size(), table.chains().keySet().toString());
    assertEquals(2, table.elements("ingress4").size());
  }
}

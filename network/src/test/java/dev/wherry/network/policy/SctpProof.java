package dev.wherry.network.policy;

import static dev.wherry.network.policy.PolicyObjects.clusterPolicy;
import static dev.wherry.network.policy.PolicyObjects.pod;
import static dev.wherry.network.policy.PolicyObjects.policy;
import static dev.wherry.network.policy.PolicyObjects.read;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.network.netlink.SctpPeers;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.trees.DefinedKinds;

/**
 * Policies about SCTP, of a namespace and of the cluster, between two pods of a node: what they
 * allow comes through, what they do not is refused. The same proof in a test, where the kernel has
 * SCTP, and as a program in a machine whose kernel has it.
 */
final class SctpProof {
  private static final String ONE = "10.42.0.2";

  private final FakeApiClient api;
  private final TestNamespace two;

  private SctpProof(FakeApiClient api, TestNamespace two) {
    this.api = api;
    this.two = two;
  }

  /** Says what it has proved; anything else ends it. */
  public static void main(String[] arguments) throws Exception {
    prove();
    System.out.println("proved");
    System.exit(0);
  }

  static void prove() throws Exception {
    try (SystemTimer timer = new SystemTimer();
        RoutedNode net = RoutedNode.create();
        SctpPeers peers = new SctpPeers()) {
      TestNamespace one = net.pod(2);
      TestNamespace two = net.pod(3);
      peers.serve(one, 80, "one");
      peers.serve(one, 81, "one");
      FakeApiClient api = new FakeApiClient(timer);
      api.create(
          Node.KIND, read(Node.KIND, "{metadata: {name: n1}, spec: {podCIDRs: [10.42.0.0/24]}}"));
      api.create(Namespace.KIND, read(Namespace.KIND, "{metadata: {name: x, labels: {ns: x}}}"));
      api.create(Pod.KIND, pod("x", "one", "n1", ONE, "pod: one"));
      api.create(Pod.KIND, pod("x", "two", "n1", "10.42.0.3", "pod: two"));
      try (NetworkPolicies _ = NetworkPolicies.start(api, "n1", timer, net.node::enter)) {
        SctpProof proof = new SctpProof(api, two);
        proof.ofNamespaces();
        proof.ofTheCluster();
      } finally {
        NetworkPolicies.remove(net.node::enter);
      }
    }
  }

  /** Whether pod two reaches pod one by each of the ports, as "80 81". */
  private String open() {
    String open = "";
    for (int port : new int[] {80, 81}) {
      open += SctpPeers.ask(two, ONE, port).startsWith("one") ? port + " " : "";
    }
    return open.strip();
  }

  private void await(String ports, String why) {
    Eventually.await(why, () -> open().equals(ports));
  }

  private void ofNamespaces() {
    await("80 81", "no policy");
    String ingress =
        "podSelector: {matchLabels: {pod: one}}, ingress: [{ports: [{protocol: %s, port: 80}]}]";
    api.create(NetworkPolicy.KIND, policy("x", "in", ingress.formatted("TCP")));
    await("", "TCP is not SCTP");
    api.update(NetworkPolicy.KIND, policy("x", "in", ingress.formatted("SCTP")));
    await("80", "one port of SCTP");
    api.create(
        NetworkPolicy.KIND,
        policy(
            "x",
            "out",
            "podSelector: {matchLabels: {pod: two}}, policyTypes: [Egress], egress: [{ports:"
                + " [{protocol: SCTP, port: 81, endPort: 90}]}]"));
    await("", "what one lets out the other does not let in");
    api.delete(NetworkPolicy.KIND, "x", "in", DeleteOptions.DEFAULT);
    await("81", "a range");
    api.delete(NetworkPolicy.KIND, "x", "out", DeleteOptions.DEFAULT);
    await("80 81", "no policy again");
  }

  private void ofTheCluster() {
    String name = ClusterPolicy.KIND.info().resource();
    var definition = DefinedKinds.DEFINITION;
    api.create(definition, read(definition, "{metadata: {name: %s}}".formatted(name)));
    String rules =
        "tier: Admin, priority: 1, subject: {namespaces: {matchLabels: {ns: x}}}, ingress: [{action:"
            + " Deny, from: [{namespaces: {}}], protocols: [{%s}]}]";
    api.create(
        ClusterPolicy.KIND,
        clusterPolicy("c", rules.formatted("sctp: {destinationPort: {number: 81}}")));
    await("80", "one port is denied");
    api.update(ClusterPolicy.KIND, clusterPolicy("c", rules.formatted("sctp: {}")));
    await("", "all of SCTP is");
    api.update(ClusterPolicy.KIND, clusterPolicy("c", rules.formatted("udp: {}")));
    await("80 81", "UDP is not SCTP");
  }
}

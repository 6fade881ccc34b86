package dev.wherry.network.nodes;

import static dev.wherry.network.nodes.TestNodes.require;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.cni.PodNetworkFile;
import dev.wherry.network.netlink.Parts;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.relay.PodRelay;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Nodes n1 and n2 with a router between them, so that their pods' packets go through the VXLAN, and
 * links that delay and lose frames (netem), are cut and healed. A program for a machine whose
 * kernel has netem.
 */
final class BadLinkProof implements AutoCloseable {
  private static final Duration ROUND = Duration.ofMillis(500);
  private static final int DELAY_MILLIS = 60;
  private static final int PINGS = 20;

  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final Parts parts = new Parts();
  private final Relays relays = new Relays();
  private final Path folder;
  private final TestNamespace router;

  private BadLinkProof(Path folder) throws Exception {
    this.folder = folder;
    router = parts.add(TestNamespace.create());
    router.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
  }

  /** Says what it has proved; anything else ends it. */
  public static void main(String[] arguments) throws Exception {
    try (BadLinkProof proof = new BadLinkProof(Files.createTempDirectory("link"))) {
      proof.prove();
    }
    System.out.println("proved");
    System.exit(0);
  }

  private TestNamespace node(String name, int number) throws Exception {
    TestNamespace node = parts.add(TestNamespace.create());
    String network = "192.0." + number + ".";
    router.ip("link", "add", name, "type", "veth", "peer", "eth0", "netns", node.name());
    router.ip("addr", "add", network + "254/24", "dev", name);
    router.ip("link", "set", name, "up");
    node.ip("addr", "add", network + "1/24", "dev", "eth0");
    node.ip("addr", "add", "10.42." + number + ".9/32", "dev", "lo");
    node.ip("link", "set", "eth0", "up");
    node.ip("route", "add", "default", "via", network + "254");
    api.create(Node.KIND, TestNodes.ready(name, network + "1", "10.42." + number + ".0/24"));
    PodNetworkFile file = new PodNetworkFile(folder.resolve(name), folder.resolve("leases"));
    PodRelay relay = parts.add(relays.node(name, node));
    parts.add(
        PodNetwork.start(api, name, file, relay, Optional.empty(), timer, ROUND, node::enter));
    return node;
  }

  private static boolean reaches(TestNamespace from) {
    return from.tryExec("busybox", "ping", "-c1", "-W3", "-I", "10.42.1.9", "10.42.2.9")
        .contains(" 0% packet loss");
  }

  private void relayedIs(String status) {
    Eventually.await(
        "relayed is " + status,
        () ->
            api.get(Node.KIND, "", "n1").status().conditions().stream()
                .filter(c -> c.type().equals("wherry.dev/PodTrafficRelayed"))
                .anyMatch(c -> c.status().equals(status)));
  }

  private void prove() throws Exception {
    TestNamespace n1 = node("n1", 1);
    node("n2", 2);
    Eventually.await("through the tunnel", () -> reaches(n1));
    for (String link : new String[] {"n1", "n2"}) {
      String delay = DELAY_MILLIS + "ms";
      router.exec("tc", "qdisc", "add", "dev", link, "root", "netem", "delay", delay, "loss", "5%");
    }
    String pings =
        n1.tryExec("ping", "-c", PINGS + "", "-i", "0.2", "-I", "10.42.1.9", "10.42.2.9");
    double least = Double.parseDouble(pings.replaceAll("(?s).*rtt [^=]*= ([\\d.]+)/.*", "$1"));
    require(least >= 2 * DELAY_MILLIS, "delayed there and back: " + pings);
    int lost = Integer.parseInt(pings.replaceAll("(?s).*?(\\d+)% packet loss.*", "$1"));
    require(lost < 50, "most arrive: " + pings);
    require(
        n1.tryExec("ip", "route", "get", "10.42.2.9").contains(VxlanEnd.DEVICE),
        "a bad link is no reason to relay");

    router.ip("link", "set", "n2", "down");
    relayedIs("True");
    router.ip("link", "set", "n2", "up");
    relayedIs("False");
    Eventually.await("after the cut", () -> reaches(n1));
  }

  @Override
  public void close() throws Exception {
    parts.close();
    relays.close();
    timer.close();
  }
}

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
import dev.wherry.network.wireguard.WireGuardKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Nodes n1 and n2 on one link, encrypting: the same proof in a test, where the kernel has
 * WireGuard, and as a program of its own in a machine whose kernel has it.
 */
final class WireGuardProof implements AutoCloseable {
  private static final Duration ROUND = Duration.ofMillis(500);

  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final Parts parts = new Parts();
  private final Path folder;
  private final TestNamespace n1;
  private final TestNamespace n2;

  WireGuardProof(Path folder) throws Exception {
    this.folder = folder;
    n1 = parts.add(TestNamespace.create());
    n2 = parts.add(TestNamespace.create());
    n1.ip("link", "add", "eth0", "type", "veth", "peer", "eth0", "netns", n2.name());
    node("n1", n1, "192.0.2.1", 0);
    node("n2", n2, "192.0.2.2", 1);
    for (TestNamespace each : List.of(n1, n2)) {
      each.exec("nft", "add table inet seen");
      each.exec("nft", "add counter inet seen encrypted; add counter inet seen plain");
      each.exec("nft", "add chain inet seen in { type filter hook prerouting priority -300; }");
      each.exec("nft", "add rule inet seen in iifname eth0 udp dport 51820 counter name encrypted");
      each.exec(
          "nft", "add rule inet seen in iifname eth0 ip daddr 10.42.0.0/16 counter name plain");
    }
  }

  /** Says what it has proved; anything else ends it. */
  public static void main(String[] arguments) throws Exception {
    try (WireGuardProof proof = new WireGuardProof(Files.createTempDirectory("wireguard"))) {
      proof.prove();
    }
    System.out.println("proved");
    System.exit(0);
  }

  private void node(String name, TestNamespace where, String address, int number) throws Exception {
    where.ip("addr", "add", address + "/24", "dev", "eth0");
    where.ip("addr", "add", "10.42." + number + ".9/32", "dev", "lo");
    where.ip("link", "set", "eth0", "up");
    // What no route of ours takes would go to the other node, plain.
    where.ip("route", "add", "default", "via", number == 0 ? "192.0.2.2" : "192.0.2.1");
    api.create(Node.KIND, TestNodes.ready(name, address, "10.42." + number + ".0/24"));
  }

  private PodNetwork start(String name, TestNamespace where, boolean encrypts) throws Exception {
    Optional<WireGuardKey> key =
        encrypts
            ? Optional.of(WireGuardKey.in(folder.resolve(name + "/key"), new SecureRandom()))
            : Optional.empty();
    PodNetworkFile file = new PodNetworkFile(folder.resolve(name), folder.resolve("leases"));
    PodRelay relay = parts.add(new PodRelay(where::enter));
    return parts.add(PodNetwork.start(api, name, file, relay, key, timer, ROUND, where::enter));
  }

  private static boolean reaches(TestNamespace from, String source, String to) {
    return from.tryExec("busybox", "ping", "-c1", "-W3", "-I", source, to)
        .contains(" 0% packet loss");
  }

  /** Packets that a node has seen on its link. */
  private static int seen(TestNamespace where, String counter) {
    String all = where.tryExec("nft", "list", "counter", "inet", "seen", counter);
    return Integer.parseInt(all.replaceAll("(?s).*packets (\\d+).*", "$1"));
  }

  private void requireNothingPlain() {
    require(seen(n1, "plain") == 0, "plain to n1: " + seen(n1, "plain"));
    require(seen(n2, "plain") == 0, "plain to n2: " + seen(n2, "plain"));
  }

  private String condition(String node) {
    return api.get(Node.KIND, "", node).status().conditions().stream()
        .filter(c -> c.type().equals("NetworkUnavailable"))
        .map(c -> c.status() + " " + c.message())
        .findFirst()
        .orElse("");
  }

  private String key(String node) {
    return api.get(Node.KIND, "", node).metadata().annotations().getOrDefault(PublishedKey.KEY, "");
  }

  void prove() throws Exception {
    PodNetwork first = start("n1", n1, true);
    PodNetwork second = start("n2", n2, true);
    for (TestNamespace each : List.of(n1, n2)) {
      // Until then the default route leads to the other node.
      Eventually.await("a route", () -> each.tryExec("ip", "route").contains(Encryption.DEVICE));
    }
    Eventually.await("encrypted", () -> reaches(n1, "10.42.0.9", "10.42.1.9"));
    require(reaches(n2, "10.42.1.9", "10.42.0.9"), "back");
    require(reaches(n1, "10.42.0.0", "10.42.1.9"), "the host itself");
    require(seen(n2, "encrypted") > 1 && seen(n1, "encrypted") > 1, "UDP of WireGuard on the link");
    requireNothingPlain();
    Eventually.await("said", () -> condition("n1").startsWith("False"));
    require(n1.tryExec("ip", "link", "show", Encryption.DEVICE).contains("mtu 1440"), "MTU");
    if (Files.isExecutable(Path.of("/usr/bin/wg"))) {
      String handshake = n1.tryExec("wg", "show", Encryption.DEVICE, "latest-handshakes").strip();
      require(
          handshake.startsWith(key("n2")) && !handshake.endsWith("\t0"), "handshake " + handshake);
      require(
          n1.tryExec("wg", "show", Encryption.DEVICE, "public-key").strip().equals(key("n1")),
          "key");
      require(
          n1.tryExec("wg", "show", Encryption.DEVICE, "allowed-ips").contains("\t10.42.1.0/24"),
          "allowed");
    }

    first.close();
    require(reaches(n1, "10.42.0.9", "10.42.1.9"), "it stays when the agent ends");
    PodNetwork again = start("n1", n1, true);
    n1.ip("link", "del", Encryption.DEVICE);
    Eventually.await("repaired", () -> reaches(n1, "10.42.0.9", "10.42.1.9"));
    requireNothingPlain();

    second.close();
    PodNetwork plain = start("n2", n2, false);
    Eventually.await("key taken back", () -> key("n2").isEmpty());
    Eventually.await("said", () -> condition("n1").startsWith("True node n2 has published no"));
    Eventually.await("said there", () -> condition("n2").startsWith("True node n1 takes"));
    require(!reaches(n1, "10.42.0.9", "10.42.1.9"), "plain is no way");
    require(n1.tryExec("ip", "route").contains("unreachable 10.42.1.0/24"), "closed");
    require(seen(n2, "plain") == 0, "nothing plain has left n1");
    plain.close();
    again.close();
    PodNetwork.remove(n1::enter);
    require(!n1.tryExec("ip", "route").contains("10.42"), "no route is left");
    require(!n1.tryExec("ip", "link").contains(Encryption.DEVICE), "no interface is left");
  }

  @Override
  public void close() throws Exception {
    parts.close();
    timer.close();
  }
}

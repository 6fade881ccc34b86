package dev.wherry.network.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.network.rtnetlink.InterfaceAddress;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.wireguard.Endpoint;
import dev.wherry.network.wireguard.WireGuardKey;
import dev.wherry.network.wireguard.WireGuardPeer;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EncryptedPlanTest {
  private static final PublishedKey OWN = key(1);

  private static PublishedKey key(int number) {
    byte[] bytes = new byte[WireGuardKey.BYTES];
    Arrays.fill(bytes, (byte) number);
    return new PublishedKey(Bytes.copyOf(bytes), 51820);
  }

  private static Bytes address(String text) {
    return Bytes.copyOf(InetAddress.ofLiteral(text).getAddress());
  }

  private static Peer peer(String name, String address, String... pods) {
    List<Cidr> ranges = Stream.of(pods).map(Cidr::parse).toList();
    return new Peer(name, true, List.of(address(address)), ranges, Optional.empty());
  }

  private static NodesPlan planOf(Peer self, Peer... others) {
    Link link = new Link(2, "eth0", 1500, true, Bytes.copyOf(new byte[6]), Optional.empty());
    InterfaceAddress own = new InterfaceAddress(2, self.addresses().getFirst(), 24);
    return NodesPlan.of(
        self, List.of(others), Set.of(), new Surroundings(List.of(link), List.of(own)));
  }

  private static NodesPlan plan(Peer... others) {
    return planOf(peer("n1", "192.0.2.1", "10.42.0.0/24").withKey(Optional.of(OWN)), others);
  }

  private static NodesPlan.WireGuard end(NodesPlan plan) {
    return (NodesPlan.WireGuard) plan.tunnel().orElseThrow().end();
  }

  @Test
  void neighbourAndFarNode_areBothEncryptedTo() {
    NodesPlan plan =
        plan(
            peer("n2", "192.0.2.2", "10.42.1.0/24", "fd42:1::/64").withKey(Optional.of(key(2))),
            peer("n3", "198.51.100.3", "10.42.2.0/24").withKey(Optional.of(key(3))));
    assertEquals(List.of(), plan.direct(), "no way on the link");
    assertEquals(List.of(), plan.unreachable());
    assertEquals(3, plan.beyond().size());
    assertEquals(
        new WireGuardPeer(
            key(2).publicKey(),
            Optional.of(new Endpoint(address("192.0.2.2"), 51820)),
            List.of(Cidr.parse("10.42.1.0/24"), Cidr.parse("fd42:1::/64"))),
        end(plan).peers().getFirst());
    assertEquals(3, plan.closed().size(), "no other way out");
    assertEquals(1440, plan.podMtu());
  }

  @Test
  void endsOverTheSixthFamily_takeMoreOfEachPacket() {
    Peer self = peer("n1", "2001:db8::1", "10.42.0.0/24").withKey(Optional.of(OWN));
    assertEquals(1420, planOf(self).podMtu());
    assertTrue(planOf(self).tunnel().isPresent(), "there before others send to it");
  }

  @Test
  void node_withoutAKey_isClosedAndSaid_onceItIsReady() {
    Peer without = peer("n2", "192.0.2.2", "10.42.1.0/24");
    NodesPlan plan = plan(without);
    assertEquals(List.of(Cidr.parse("10.42.1.0/24")), plan.closed());
    assertEquals(List.of(), plan.beyond());
    assertEquals(
        List.of(
            "node n2 has published no WireGuard key: start it with --node-encryption=wireguard"),
        plan.unreachable());
    Peer starting = new Peer("n2", false, without.addresses(), without.pods(), Optional.empty());
    assertEquals(List.of(), plan(starting).unreachable());
    assertEquals(1, plan(starting).closed().size());
  }

  @Test
  void node_withAnothersKey_getsNothing() {
    Peer copied = peer("n2", "192.0.2.2", "10.42.1.0/24").withKey(Optional.of(key(2)));
    Peer copy = peer("n3", "192.0.2.3", "10.42.2.0/24").withKey(Optional.of(key(2)));
    Peer ours = peer("n4", "192.0.2.4", "10.42.3.0/24").withKey(Optional.of(OWN));
    NodesPlan plan = plan(copied, copy, ours);
    assertEquals(1, end(plan).peers().size());
    assertEquals(2, plan.unreachable().size());
    assertEquals(3, plan.closed().size());
  }

  @Test
  void plainNode_amongEncryptedOnes_saysSo() {
    Peer self = peer("n1", "192.0.2.1", "10.42.0.0/24");
    NodesPlan plan =
        planOf(self, peer("n2", "192.0.2.2", "10.42.1.0/24").withKey(Optional.of(key(2))));
    assertEquals(List.of(), plan.direct());
    assertTrue(plan.unreachable().getFirst().startsWith("node n2 takes packets"));
  }

  private static Node node(Map<String, String> annotations) {
    return Node.EMPTY.toBuilder()
        .metadata(ObjectMeta.builder().name("n1").annotations(annotations).build())
        .build();
  }

  @Test
  void key_isPublishedOnce_andTakenBack() {
    String text = WireGuardKey.text(OWN.publicKey());
    Node said = node(Map.of(PublishedKey.KEY, text, PublishedKey.PORT, "51820"));
    assertEquals(Optional.of(OWN), PublishedKey.of(said));
    assertEquals(Optional.empty(), PublishedKey.patch(said, Optional.of(OWN)));
    assertEquals(
        "{\"metadata\":{\"annotations\":{\""
            + PublishedKey.KEY
            + "\":null,\""
            + PublishedKey.PORT
            + "\":null}}}",
        PublishedKey.patch(said, Optional.empty()).orElseThrow().toString());
    assertTrue(PublishedKey.patch(node(Map.of()), Optional.of(OWN)).isPresent());
    assertEquals(Optional.empty(), PublishedKey.patch(node(Map.of()), Optional.empty()));
    assertEquals(
        Optional.empty(),
        PublishedKey.of(node(Map.of(PublishedKey.KEY, "short", PublishedKey.PORT, "51820"))));
    assertEquals(
        Optional.empty(),
        PublishedKey.of(node(Map.of(PublishedKey.KEY, text, PublishedKey.PORT, "70000"))));
  }
}

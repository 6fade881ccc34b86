package dev.wherry.network.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Bytes;
import dev.wherry.network.rtnetlink.InterfaceAddress;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.Route;
import dev.wherry.network.rules.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NodesPlanTest {
  private static final int UPLINK = 2;
  private static final Peer SELF = peer("n1", "192.0.2.1", "10.42.0.0/24");

  private static Bytes address(String text) {
    return Bytes.copyOf(InetAddress.ofLiteral(text).getAddress());
  }

  private static Peer peer(String name, String address, String... pods) {
    return new Peer(
        name,
        true,
        List.of(address(address)),
        Stream.of(pods).map(Cidr::parse).toList(),
        Optional.empty());
  }

  private static Surroundings host(int mtu, boolean up) {
    Link link = new Link(UPLINK, "eth0", mtu, up, Bytes.copyOf(new byte[6]), Optional.empty());
    return new Surroundings(
        List.of(link), List.of(new InterfaceAddress(UPLINK, address("192.0.2.1"), 24)));
  }

  private static NodesPlan plan(Peer... others) {
    return NodesPlan.of(SELF, List.of(others), Set.of(), host(1500, true));
  }

  @Test
  void neighbour_onTheLink_getsARouteAndNoTunnel() {
    NodesPlan plan = plan(SELF, peer("n2", "192.0.2.9", "10.42.1.0/24"));
    assertEquals(
        List.of(new Route(Cidr.parse("10.42.1.0/24"), address("192.0.2.9"), UPLINK, true)),
        plan.direct());
    assertEquals(Optional.empty(), plan.tunnel());
    assertEquals(1500, plan.podMtu());
  }

  @Test
  void node_behindARouter_isReachedThroughTheTunnel() {
    NodesPlan plan = plan(peer("n2", "198.51.100.7", "10.42.1.0/24"));
    NodesPlan.Tunnel tunnel = plan.tunnel().orElseThrow();
    NodesPlan.Beyond beyond = tunnel.beyond().getFirst();
    assertEquals(address("10.42.1.0"), beyond.gateway());
    assertEquals(address("198.51.100.7"), beyond.end());
    assertEquals("02570a2a0100", hex(beyond.hardware()));
    assertEquals("02570a2a0000", hex(((NodesPlan.Vxlan) tunnel.end()).hardware()));
    assertEquals(List.of(address("10.42.0.0")), tunnel.addresses());
    assertEquals(1450, tunnel.mtu());
    assertEquals(1450, plan.podMtu());
  }

  @Test
  void node_thatIsSilent_isRelayedAndKeepsItsTunnel() {
    Peer far = peer("n2", "198.51.100.7", "10.42.1.0/24");
    Peer near = peer("n3", "192.0.2.9", "10.42.2.0/24");
    Set<String> silent = Set.of("n2", "n3");
    NodesPlan plan = NodesPlan.of(SELF, List.of(far, near), silent, host(1500, true));
    assertTrue(plan.isRelaying());
    assertTrue(plan.beyond().getFirst().relayed());
    assertEquals(1, plan.direct().size(), "neighbours are never asked");
    assertEquals(1450, plan.podMtu());
  }

  private static String hex(Bytes bytes) {
    return java.util.HexFormat.of().formatHex(bytes.toArray());
  }

  @Test
  void podsMtu_followsTheUnderlay() {
    Peer near = peer("n2", "192.0.2.9", "10.42.1.0/24");
    Peer far = peer("n3", "198.51.100.7", "10.42.2.0/24");
    assertEquals(9000, NodesPlan.of(SELF, List.of(near), Set.of(), host(9000, true)).podMtu());
    assertEquals(8950, NodesPlan.of(SELF, List.of(near, far), Set.of(), host(9000, true)).podMtu());
  }

  @Test
  void link_thatIsDown_isNoWay() {
    Peer near = peer("n2", "192.0.2.9", "10.42.1.0/24");
    NodesPlan plan = NodesPlan.of(SELF, List.of(near), Set.of(), host(1500, false));
    assertEquals(List.of(), plan.direct());
    assertTrue(plan.tunnel().isPresent());
  }

  @Test
  void agentOfTheSameHost_needsNoRoute() {
    assertEquals(List.of(), plan(peer("n2", "192.0.2.1", "10.42.1.0/24")).direct());
  }

  @Test
  void node_withoutRangeOrAddress_isLeftOut() {
    NodesPlan plan =
        plan(peer("n2", "192.0.2.9"), new Peer("n3", true, List.of(), List.of(), Optional.empty()));
    assertEquals(List.of(), plan.direct());
    assertEquals(List.of(), plan.unreachable());
  }

  @Test
  void node_withARangeOfAnother_isSaidAndGetsNothing() {
    NodesPlan plan =
        plan(
            peer("n2", "192.0.2.9", "10.42.0.128/25"),
            peer("n3", "192.0.2.10", "10.42.3.0/24"),
            peer("n4", "192.0.2.11", "10.42.0.0/16"));
    assertEquals(1, plan.direct().size());
    assertEquals(2, plan.unreachable().size());
    assertTrue(plan.unreachable().getFirst().startsWith("node n2 "));
  }

  @Test
  void sixthFamily_overAnUnderlayOfTheFourth_takesTheTunnel() {
    NodesPlan plan = plan(peer("n2", "192.0.2.9", "10.42.1.0/24", "fd42:0:0:1::/64"));
    assertEquals(1, plan.direct().size());
    NodesPlan.Beyond beyond = plan.tunnel().orElseThrow().beyond().getFirst();
    assertEquals(Cidr.parse("fd42:0:0:1::/64"), beyond.pods());
    assertEquals(address("192.0.2.9"), beyond.end());
    NodesPlan lost = plan(peer("n3", "2001:db8::7", "10.42.2.0/24"));
    assertTrue(lost.unreachable().getFirst().contains("IP family"));
  }
}

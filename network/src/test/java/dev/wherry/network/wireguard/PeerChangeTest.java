package dev.wherry.network.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.Bytes;
import dev.wherry.network.rules.Cidr;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PeerChangeTest {
  private static WireGuardPeer peer(int key, String address, String... ranges) {
    byte[] bytes = new byte[WireGuardKey.BYTES];
    Arrays.fill(bytes, (byte) key);
    Bytes end = Bytes.copyOf(InetAddress.ofLiteral(address).getAddress());
    return new WireGuardPeer(
        Bytes.copyOf(bytes),
        Optional.of(new Endpoint(end, 51820)),
        Stream.of(ranges).map(Cidr::parse).toList());
  }

  private static final WireGuardPeer ONE = peer(1, "192.0.2.1", "10.42.1.0/24", "fd42:1::/64");
  private static final WireGuardPeer TWO = peer(2, "192.0.2.2", "10.42.2.0/24");

  @Test
  void peers_thatAreThere_areLeftAlone() {
    WireGuardPeer turned = peer(1, "192.0.2.1", "fd42:1::/64", "10.42.1.0/24");
    assertEquals(List.of(), PeerChange.between(List.of(TWO, turned), List.of(ONE, TWO), List.of()));
  }

  @Test
  void peer_thatIsNew_comesAfterThoseThatGo() {
    WireGuardPeer again = peer(3, "192.0.2.2", "10.42.2.0/24");
    assertEquals(
        List.of(new PeerChange.Removed(TWO.publicKey()), new PeerChange.Written(again, true)),
        PeerChange.between(List.of(ONE, TWO), List.of(ONE, again), List.of(ONE, TWO)));
  }

  @Test
  void peer_withOtherRanges_keepsItsEnd() {
    WireGuardPeer more = peer(2, "192.0.2.2", "10.42.2.0/24", "fd42:2::/64");
    assertEquals(
        List.of(new PeerChange.Written(more, false)),
        PeerChange.between(List.of(TWO), List.of(more), List.of(TWO)));
  }

  @Test
  void peer_foundElsewhere_isLeftThere_untilItIsSaidToMove() {
    WireGuardPeer found = peer(2, "198.51.100.9", "10.42.2.0/24");
    assertEquals(List.of(), PeerChange.between(List.of(found), List.of(TWO), List.of(TWO)));
    WireGuardPeer moved = peer(2, "192.0.2.7", "10.42.2.0/24");
    assertEquals(
        List.of(new PeerChange.Written(moved, true)),
        PeerChange.between(List.of(found), List.of(moved), List.of(TWO)));
    assertEquals(
        List.of(new PeerChange.Written(TWO, true)),
        PeerChange.between(List.of(found), List.of(TWO), List.of()),
        "after a start it is told once");
  }
}

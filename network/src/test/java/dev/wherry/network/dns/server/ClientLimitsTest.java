package dev.wherry.network.dns.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.time.FakeTimer;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientLimitsTest {
  private static final InetAddress ONE = InetAddress.ofLiteral("10.0.0.1");
  private static final InetAddress OTHER = InetAddress.ofLiteral("10.0.0.2");

  private final FakeTimer clock = new FakeTimer();
  private final ClientLimits limits =
      new ClientLimits(new ServerLimits(10, 20, 2, 3, 2, 1, Duration.ofSeconds(1)), clock);

  private int admitted(InetAddress client, int wanted) {
    int count = 0;
    for (int i = 0; i < wanted; i++) {
      count += limits.admits(client) ? 1 : 0;
    }
    return count;
  }

  @Test
  void admits_burstThenTheRate_andNobodyElseSuffers() {
    assertEquals(20, admitted(ONE, 100));
    assertEquals(20, admitted(OTHER, 100));
    clock.advance(Duration.ofSeconds(1));
    assertEquals(10, admitted(ONE, 100));
    clock.advance(Duration.ofHours(1));
    assertEquals(20, admitted(ONE, 100));
  }

  @Test
  void connects_upToTheBounds_andAgainAfterAnEnd() {
    assertTrue(limits.connects(ONE));
    assertTrue(limits.connects(ONE));
    assertFalse(limits.connects(ONE));
    assertTrue(limits.connects(OTHER));
    limits.disconnected(ONE);
    assertTrue(limits.connects(OTHER));
    assertFalse(limits.connects(ONE));
  }

  @ParameterizedTest
  @CsvSource({
    "10.42.0.1, true",
    "172.31.255.255, true",
    "172.32.0.0, false",
    "100.64.1.1, true",
    "127.0.0.1, true",
    "8.8.8.8, false",
    "198.51.100.7, true",
    "198.51.101.7, false",
    "fd00::1, true",
    "fe80::1, true",
    "2001:db8::1, false",
    "2001:db8:1::5, true",
  })
  void contain_clusterAndNeighbours_only(String client, boolean answered) {
    ClientNetworks networks = ClientNetworks.with(List.of("198.51.100.0/24", "2001:db8:1::5"));

    assertEquals(answered, networks.contain(InetAddress.ofLiteral(client)));
  }

  @Test
  void networks_wrong_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> ClientNetworks.with(List.of("10.0.0.0/33")));
  }
}

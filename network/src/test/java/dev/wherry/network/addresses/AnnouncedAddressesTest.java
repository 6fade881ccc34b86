package dev.wherry.network.addresses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.lease.AddressLeases;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.Bytes;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.coordination.v1.LeaseSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.rtnetlink.Link;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two hosts on a link: what one answers for, the other finds. */
class AnnouncedAddressesTest {
  private static final String ADDRESS = "10.9.0.200";

  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private TestNamespace node;
  private TestNamespace client;
  private AnnouncedAddresses addresses;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip and nft; ./dev test has them");
    node = TestNamespace.create();
    client = TestNamespace.create();
    node.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", client.name());
    node.ip("addr", "add", "10.9.0.1/24", "dev", "eth0");
    client.ip("addr", "add", "10.9.0.2/24", "dev", "eth0");
    node.ip("link", "set", "eth0", "up");
    client.ip("link", "set", "eth0", "up");
    addresses = AnnouncedAddresses.start(api, "n1", timer, node::enter);
  }

  @AfterEach
  void stop() throws Exception {
    addresses.close();
    node.close();
    client.close();
    timer.close();
  }

  private static Lease lease(String address, String holder) {
    return Lease.EMPTY.toBuilder()
        .metadata(
            ObjectMeta.builder()
                .namespace(AddressLeases.NAMESPACE)
                .name(AddressLeases.name(address))
                .labels(Map.of(AddressLeases.LABEL, AddressLeases.POOL))
                .annotations(Map.of(AddressLeases.ADDRESS, address))
                .build())
        .spec(LeaseSpec.builder().holderIdentity(holder).build())
        .build();
  }

  private String shown() {
    return said(node, "ip", "-o", "addr", "show", "dev", "eth0");
  }

  private static String said(TestNamespace by, String... command) {
    try {
      return by.exec(command);
    } catch (IOException | InterruptedException e) {
      return "";
    }
  }

  private boolean connects(int port) {
    try {
      return client.call(() -> {
        try (Socket socket = new Socket()) {
          socket.connect(new InetSocketAddress(ADDRESS, port), 5_000);
          return true;
        } catch (ConnectException e) {
          return false;
        }
      });
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void address_leaseComesAndMoves_isLentAndTakenBack() throws Exception {
    String hardware = node.exec("cat", "/sys/class/net/eth0/address").strip();
    // The client believes in another holder; the announcement tells it better.
    client.ip(
        "neigh", "add", ADDRESS, "lladdr", "02:00:00:00:00:99", "dev", "eth0", "nud", "stale");
    api.create(Lease.KIND, lease(ADDRESS, "n1"));
    Eventually.await("lent", () -> shown().contains(ADDRESS + "/32"));
    assertTrue(shown().contains("valid_lft 4"), shown());
    Eventually.await("told", () -> said(client, "ip", "neigh", "show", ADDRESS).contains(hardware));
    assertTrue(
        client.exec("busybox", "ping", "-c1", "-W2", ADDRESS).contains("1 packets received"));
    try (ServerSocket own = node.call(() -> new ServerSocket(2_222))) {
      assertFalse(connects(own.getLocalPort()), "the host's own programs do not answer there");
    }

    addresses.ingressPorts(Set.of(2_223));
    try (ServerSocket ingress = node.call(() -> new ServerSocket(2_223))) {
      assertFalse(connects(ingress.getLocalPort()), "nor does the ingress, at a Service's address");
      Lease served = api.get(Lease.KIND, AddressLeases.NAMESPACE, AddressLeases.name(ADDRESS));
      Map<String, String> words = new HashMap<>(served.metadata().annotations());
      words.put(AddressLeases.PROXY, AddressLeases.INGRESS_PROXY);
      api.update(
          Lease.KIND,
          served.toBuilder()
              .metadata(served.metadata().toBuilder().annotations(words).build())
              .build());
      Eventually.await("a Gateway's", () -> connects(ingress.getLocalPort()));
    }
    try (ServerSocket own = node.call(() -> new ServerSocket(2_222))) {
      assertFalse(connects(own.getLocalPort()), "and nobody else");
    }

    Lease held = api.get(Lease.KIND, AddressLeases.NAMESPACE, AddressLeases.name(ADDRESS));
    api.update(
        Lease.KIND,
        held.toBuilder().spec(LeaseSpec.builder().holderIdentity("n2").build()).build());
    Eventually.await("taken back", () -> !shown().contains(ADDRESS));
    Eventually.await("guard", () -> !said(node, "nft", "list", "tables").contains(GuardTable.NAME));
  }

  @Test
  void address_ofTheHostOrElsewhere_isNotTouched() throws Exception {
    api.create(Lease.KIND, lease("10.9.0.1", "n1"));
    api.create(Lease.KIND, lease("192.0.2.7", "n1"));
    api.create(Lease.KIND, lease(ADDRESS, "n1"));
    Eventually.await("the good one", () -> shown().contains(ADDRESS + "/32"));
    assertFalse(shown().contains("192.0.2.7"));
    assertFalse(shown().contains("10.9.0.1/32"));
  }

  @Test
  void frames_areThoseOfTheStandards() {
    Bytes hardware = Bytes.copyOf(HexFormat.of().parseHex("02000000000a"));
    Link link = new Link(7, "eth0", 1500, true, hardware, Optional.empty());
    Announcement arp = new Announcement(link, Bytes.copyOf(new byte[] {10, 9, 0, 1}));
    assertEquals(
        "ffffffffffff02000000000a0806"
            + "0001080006040001"
            + "02000000000a0a090001"
            + "0000000000000a090001",
        HexFormat.of().formatHex(arp.frame()));
    byte[] address = HexFormat.of().parseHex("fd000000000000000000000000000001");
    byte[] frame = new Announcement(link, Bytes.copyOf(address)).frame();
    assertEquals(14 + 40 + 32, frame.length);
    assertEquals("333300000001", HexFormat.of().formatHex(frame, 0, 6));
    assertEquals(136, Byte.toUnsignedInt(frame[54]));
  }
}

package dev.wherry.network.dns.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.dns.forward.FakeUpstream;
import dev.wherry.network.dns.forward.ForwardFigures;
import dev.wherry.network.dns.forward.ForwardLimits;
import dev.wherry.network.dns.forward.Forwarder;
import dev.wherry.network.dns.forward.LoopGuard;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Messages;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.zone.ClusterZone;
import dev.wherry.network.dns.zone.ZoneKeeper;
import dev.wherry.network.dns.zone.ZoneObjects;
import dev.wherry.network.sockets.ListeningSockets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server on real sockets, asked by our own hands and by somebody else's program. */
class DnsServerTest {
  private static final int WAIT_MILLIS = 120_000;
  private static final int SHORT_MILLIS = 300;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final ClusterZone zone =
      new ClusterZone(DomainName.of("cluster.local"), List.of(), timer);
  private final DnsFigures figures = new DnsFigures("cluster.local.");
  private FakeUpstream upstream;
  private ZoneKeeper keeper;
  private DnsServer server;

  @BeforeEach
  void start() throws Exception {
    api.create(Namespace.KIND, ZoneObjects.namespace("ns"));
    api.create(
        Service.KIND,
        ZoneObjects.service("web", "clusterIP: 10.43.0.7, ports: [{name: http, port: 80}]"));
    api.create(Service.KIND, ZoneObjects.service("big", "clusterIP: None"));
    api.create(
        EndpointSlice.KIND,
        ZoneObjects.slice(
            "big",
            "1",
            "IPv4",
            "",
            IntStream.range(0, 200)
                .mapToObj(i -> "{addresses: [10.42.1." + i + "]}")
                .collect(Collectors.joining(", "))));
    api.create(
        Service.KIND, ZoneObjects.service("out", "type: ExternalName, externalName: www.example"));
    upstream = FakeUpstream.start(FakeUpstream.address("192.0.2.1", 60));
    keeper = ZoneKeeper.start(api, zone, timer);
    Eventually.await("zone", zone::isReady);
    server = start(ServerLimits.defaults(), 1);
  }

  private DnsServer start(ServerLimits limits, int loops) throws Exception {
    return start(limits, loops, timer);
  }

  private DnsServer start(ServerLimits limits, int loops, InstantSource clock) throws Exception {
    return DnsServer.start(
        new DnsServer.Setup(
            zone,
            new InetSocketAddress(LOOPBACK, 0),
            new InetSocketAddress(LOOPBACK, 0),
            ListeningSockets.OWN,
            loops,
            List.of(),
            limits,
            figures,
            new Forwarder.Setup(
                List.of(),
                () -> List.of(upstream.address()),
                List.of(),
                ForwardLimits.defaults(),
                new LoopGuard(),
                ForwardFigures.fresh(),
                clock,
                new Random(7))));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    keeper.close();
    upstream.close();
    timer.close();
  }

  private ByteBuf datagram(DnsServer to, ByteBuf query, int waitMillis) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(waitMillis);
      socket.connect(LOOPBACK, to.port());
      byte[] bytes = ByteBufUtil.getBytes(query);
      socket.send(new DatagramPacket(bytes, bytes.length));
      byte[] room = new byte[65_535];
      DatagramPacket packet = new DatagramPacket(room, room.length);
      socket.receive(packet);
      return Unpooled.copiedBuffer(room, 0, packet.getLength());
    }
  }

  private String udp(String name, int type) throws Exception {
    return Messages.describe(datagram(server, Messages.query(3, name, type), WAIT_MILLIS));
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(LOOPBACK, server.port());
    socket.setSoTimeout(WAIT_MILLIS);
    return socket;
  }

  private static void send(Socket socket, ByteBuf query) throws IOException {
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    out.writeShort(query.readableBytes());
    out.write(ByteBufUtil.getBytes(query));
  }

  private static ByteBuf receive(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] bytes = new byte[in.readUnsignedShort()];
    in.readFully(bytes);
    return Unpooled.wrappedBuffer(bytes);
  }

  @Test
  void udp_ownForeignAndAliasNames_areAnswered() throws Exception {
    assertEquals(
        "NOERROR aa | web.ns.svc.cluster.local. A 10.43.0.7; | |",
        udp("web.ns.svc.cluster.local", RecordType.A));
    assertTrue(udp("no.ns.svc.cluster.local", RecordType.A).startsWith("NXDOMAIN aa | | cluster."));
    assertEquals("NOERROR | www.example. A 192.0.2.1; | |", udp("www.example", RecordType.A));
    assertEquals(
        "NOERROR | out.ns.svc.cluster.local. CNAME www.example.; www.example. A 192.0.2.1; | |",
        udp("out.ns.svc.cluster.local", RecordType.A));
    assertEquals(
        "NOERROR aa | out.ns.svc.cluster.local. CNAME www.example.; | |",
        udp("out.ns.svc.cluster.local", RecordType.CNAME));
    assertEquals(1, upstream.asked().size());
  }

  @Test
  void udp_oddQuestions_areRefusedOrShort() throws Exception {
    assertTrue(udp("www.example", RecordType.ANY).startsWith("NOERROR | www.example. other"));
    assertEquals("NOTIMP | | |", udp("cluster.local", 252));
    ByteBuf chaos = Messages.query(1, "version.bind", RecordType.TXT);
    chaos.setShort(chaos.writerIndex() - 2, 3);
    assertEquals("REFUSED | | |", Messages.describe(datagram(server, chaos, WAIT_MILLIS)));
    ByteBuf future = Messages.withEdns(Messages.query(1, "www.example", 1), 1, 1232);
    ByteBuf answer = datagram(server, future, WAIT_MILLIS);
    assertEquals(1, answer.getUnsignedByte(answer.writerIndex() - 6), "the upper bits of BADVERS");
    ByteBuf alone = Messages.withFlags(Messages.query(1, "www.example", RecordType.A), 0);
    assertEquals("REFUSED | | |", Messages.describe(datagram(server, alone, WAIT_MILLIS)));
    assertEquals(0, upstream.asked().size());
  }

  @Test
  void udp_largeAnswer_fitsWhatTheClientTakesAndTurns() throws Exception {
    String name = "big.ns.svc.cluster.local";
    ByteBuf plain = datagram(server, Messages.query(1, name, RecordType.A), WAIT_MILLIS);
    ByteBuf edns =
        datagram(
            server, Messages.withEdns(Messages.query(1, name, RecordType.A), 0, 4096), WAIT_MILLIS);

    assertTrue(plain.readableBytes() <= 512 && plain.readableBytes() > 480);
    assertTrue(edns.readableBytes() <= 1232 && edns.readableBytes() > 1200);
    assertTrue(Messages.describe(plain).startsWith("NOERROR aa tc"));
    assertNotEquals(
        Messages.describe(plain),
        Messages.describe(datagram(server, Messages.query(1, name, RecordType.A), WAIT_MILLIS)));
    try (Socket socket = connect()) {
      send(socket, Messages.query(1, name, RecordType.A));
      ByteBuf whole = receive(socket);
      assertEquals(200, whole.getUnsignedShort(6));
      assertTrue(!Messages.describe(whole).contains("tc"));
    }
  }

  @Test
  void tcp_manyQuestionsAtOnce_areAllAnswered() throws Exception {
    try (Socket socket = connect()) {
      for (int i = 0; i < 300; i++) {
        String name = i % 2 == 0 ? "web.ns.svc.cluster.local" : "n" + i + ".example";
        send(socket, Messages.query(i, name, RecordType.A));
      }
      List<Integer> ids = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        ids.add(receive(socket).getUnsignedShort(0));
      }
      assertEquals(300, ids.stream().distinct().count());
    }
  }

  @Test
  void tcp_brokenFraming_endsThatConnectionOnly() throws Exception {
    try (Socket bad = connect();
        Socket good = connect()) {
      bad.getOutputStream().write(new byte[] {0, 3, 1, 2, 3});
      assertEquals(-1, bad.getInputStream().read());
      send(good, Messages.query(5, "web.ns.svc.cluster.local", RecordType.A));
      assertEquals(5, receive(good).getUnsignedShort(0));
    }
  }

  @Test
  void tcp_idleConnection_isClosed() throws Exception {
    try (DnsServer impatient =
            start(new ServerLimits(1000, 1000, 10, 2, 1, 10, Duration.ofMillis(SHORT_MILLIS)), 1);
        Socket first = new Socket(LOOPBACK, impatient.port());
        Socket second = new Socket(LOOPBACK, impatient.port())) {
      first.setSoTimeout(WAIT_MILLIS);
      second.setSoTimeout(WAIT_MILLIS);
      assertEquals(-1, second.getInputStream().read(), "one connection for each client");
      assertEquals(-1, first.getInputStream().read(), "idle");
    }
  }

  @Test
  void udp_clientAsksTooMuch_isDroppedAndTheServerLives() throws Exception {
    // Time stands still, so that no more is allowed meanwhile.
    try (DnsServer strict =
        start(
            new ServerLimits(1, 3, 10, 2, 1, 10, Duration.ofSeconds(1)),
            1,
            InstantSource.fixed(timer.instant()))) {
      ByteBuf query = Messages.query(1, "web.ns.svc.cluster.local", RecordType.A);
      for (int i = 0; i < 3; i++) {
        datagram(strict, query, WAIT_MILLIS);
      }
      assertThrows(SocketTimeoutException.class, () -> datagram(strict, query, SHORT_MILLIS));
      Eventually.await("counted", () -> figures.dropped() == 1);
    }
  }

  @Test
  void udp_rubbish_neverStopsTheServer() throws Exception {
    Random random = new Random(11);
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(LOOPBACK, server.port());
      for (int i = 0; i < 2000; i++) {
        byte[] bytes = new byte[random.nextInt(100)];
        random.nextBytes(bytes);
        if (i % 2 == 0) {
          byte[] good =
              ByteBufUtil.getBytes(
                  Messages.query(i, "web.ns.svc.cluster.local", random.nextInt(300)));
          good[random.nextInt(good.length)] = (byte) random.nextInt();
          bytes = good;
        }
        socket.send(new DatagramPacket(bytes, bytes.length));
      }
    }
    Eventually.await(
        "an answer",
        () -> {
          try {
            ByteBuf query = Messages.query(3, "web.ns.svc.cluster.local", RecordType.A);
            return Messages.describe(datagram(server, query, SHORT_MILLIS))
                .startsWith("NOERROR aa");
          } catch (SocketTimeoutException e) {
            return false;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    assertTrue(page().contains("coredns_panics_total 0\n"), page());
  }

  @Test
  void udp_severalLoops_allAnswer() throws Exception {
    try (DnsServer two = start(ServerLimits.defaults(), 2)) {
      for (int i = 0; i < 50; i++) {
        assertTrue(
            Messages.describe(
                    datagram(
                        two,
                        Messages.query(1, "web.ns.svc.cluster.local", RecordType.A),
                        WAIT_MILLIS))
                .contains("10.43.0.7"));
      }
    }
  }

  @Test
  void start_portInUse_isRefused() {
    assertThrows(
        IOException.class,
        () ->
            DnsServer.start(
                new DnsServer.Setup(
                    zone,
                    new InetSocketAddress(LOOPBACK, server.port()),
                    new InetSocketAddress(LOOPBACK, 0),
                    ListeningSockets.OWN,
                    2,
                    List.of(),
                    ServerLimits.defaults(),
                    figures,
                    new Forwarder.Setup(
                        List.of(),
                        List::of,
                        List.of(),
                        ForwardLimits.defaults(),
                        new LoopGuard(),
                        ForwardFigures.fresh(),
                        timer,
                        new Random(7)))));
  }

  private String page() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics"))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private boolean shows(String text) {
    try {
      return page().contains(text);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void metrics_afterQuestions_countThem() throws Exception {
    udp("web.ns.svc.cluster.local", RecordType.A);
    udp("www.example", RecordType.A);
    udp("www.example", RecordType.A);
    // An answer is counted beside its sending.
    for (String line :
        List.of(
            "coredns_dns_requests_total{server=\"dns\",view=\"\",proto=\"udp\",type=\"A\"} 3",
            "coredns_dns_responses_total{server=\"dns\",view=\"\",zone=\"cluster.local.\",rcode=\"NOERROR\"} 1",
            "coredns_cache_misses_total 1",
            "coredns_cache_hits_total{type=\"success\"} 1",
            "coredns_dns_request_duration_seconds_count{server=\"dns\"} 3",
            "wherry_dns_services 3",
            "wherry_dns_ready 1")) {
      Eventually.await(line, () -> shows(line + "\n"));
    }
  }

  @Test
  void dig_aForeignClient_understandsUs() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/dig")), "needs dig; ./dev test has it");
    for (String transport : List.of("+notcp", "+tcp")) {
      assertEquals("10.43.0.7\n", dig(transport, "+short", "web.ns.svc.cluster.local", "A"));
      assertEquals(
          "0 100 80 web.ns.svc.cluster.local.\n",
          dig(transport, "+short", "_http._tcp.web.ns.svc.cluster.local", "SRV"));
      assertEquals("web.ns.svc.cluster.local.\n", dig(transport, "+short", "-x", "10.43.0.7"));
      assertEquals(
          "www.example.\n192.0.2.1\n", dig(transport, "+short", "out.ns.svc.cluster.local", "A"));
    }
    assertEquals(200, dig("+short", "big.ns.svc.cluster.local", "A").lines().count());
    String absent = dig("no.ns.svc.cluster.local", "A");
    assertTrue(absent.contains("status: NXDOMAIN") && absent.contains("SOA"), absent);
    assertTrue(absent.contains("EDNS: version: 0, flags:; udp: 1232"), absent);
  }

  private String dig(String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "/usr/bin/dig",
                "@127.0.0.1",
                "-p",
                String.valueOf(server.port()),
                "+tries=1",
                "+time=60"));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }
}

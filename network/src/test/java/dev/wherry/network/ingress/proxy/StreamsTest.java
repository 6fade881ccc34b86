package dev.wherry.network.ingress.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.BackendTls;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.Rank;
import dev.wherry.network.ingress.route.RouteTable;
import dev.wherry.network.ingress.route.StreamRoute;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections that are passed on, and TLS towards backends. */
class StreamsTest {
  private static final CertificateAuthority AUTHORITY = authority();
  private static final TlsIdentity BACKEND = identity("backend.test");
  private static final TlsIdentity FRONT = identity("ended.test");

  private static CertificateAuthority authority() {
    return CertificateAuthority.create(
        "test", Duration.ofDays(1), Clock.systemUTC(), new SecureRandom());
  }

  private static TlsIdentity identity(String host) {
    return AUTHORITY.issue(
        Subject.of(host),
        AlternativeNames.of(List.of(host, "a.passed.test")),
        CertificateUse.SERVER,
        Duration.ofHours(1));
  }

  private static TestBackend secured() throws IOException {
    return TestBackend.secured(
        TlsContexts.mutual(() -> BACKEND, List.of(AUTHORITY.certificate())),
        (_, socket) -> TestBackend.answer(socket, "ok"));
  }

  private static SSLSocket connect(TestProxy proxy, String host) throws IOException {
    SSLContext context = TlsContexts.trusting(List.of(AUTHORITY.certificate()));
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), proxy.tlsPort());
    plain.setSoTimeout(60_000);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, host, proxy.tlsPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(host)));
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static StreamRoute stream(String host, boolean ended, BackendKey key) {
    return new StreamRoute(
        HostPattern.ofGateway(host),
        new Rank(false, Instant.EPOCH, "ns", "r", 0, 0),
        ended,
        TestProxy.forward(key),
        "test");
  }

  /** At the TLS port, whatever the name. */
  private static void serve(TestProxy proxy, StreamRoute... streams) throws InterruptedException {
    RouteTable.Builder table =
        new RouteTable.Builder()
            .listenStreams(TestProxy.TLS, HostPattern.ANY)
            .certificate(TestProxy.TLS, HostPattern.ANY, "ns/front");
    proxy.certificates().put("ns/front", FRONT);
    for (StreamRoute stream : streams) {
      table.add(TestProxy.TLS, HostPattern.ANY, stream);
    }
    proxy.apply(table.build());
  }

  @Test
  void connection_passedOn_meetsTheBackendsOwnTls() throws Exception {
    try (TestBackend backend = secured();
        TestProxy proxy = TestProxy.start()) {
      serve(proxy, stream("*.passed.test", false, proxy.backend("b", false, backend.address())));

      try (SSLSocket socket = connect(proxy, "a.passed.test");
          RawClient client = new RawClient(socket)) {
        assertEquals(BACKEND.leaf(), socket.getSession().getPeerCertificates()[0]);
        assertEquals(200, client.get("/").status());
        assertEquals(200, client.get("/again").status());
      }
      assertEquals(1, backend.connections());
    }
  }

  @Test
  void connection_ofAPortForConnections_reachesTheBackendAsItCame() throws Exception {
    try (TestBackend backend = TestBackend.saying("ok");
        TestProxy proxy = TestProxy.start()) {
      StreamRoute all = stream("", false, proxy.backend("b", false, backend.address()));
      proxy.apply(
          new RouteTable.Builder()
              .listenConnections(TestProxy.PLAIN)
              .add(TestProxy.PLAIN, HostPattern.ANY, all)
              .build());

      try (RawClient client =
          new RawClient(new Socket(InetAddress.getLoopbackAddress(), proxy.port()))) {
        assertEquals(200, client.get("/").status());
        assertEquals(200, client.get("/again").status());
      }
      assertEquals("", backend.last().header("x-forwarded-for"));
      assertEquals(1, backend.connections());
    }
  }

  @Test
  void connection_ofAPortWithoutRule_isHungUpOn() throws Exception {
    try (TestProxy proxy = TestProxy.start()) {
      proxy.apply(new RouteTable.Builder().listenConnections(TestProxy.PLAIN).build());
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
        socket.setSoTimeout(60_000);
        assertEquals(-1, socket.getInputStream().read());
      }
    }
  }

  @Test
  void connection_endedHere_reachesTheBackendAsItsContent() throws Exception {
    try (TestBackend backend = TestBackend.saying("ok");
        TestProxy proxy = TestProxy.start()) {
      serve(proxy, stream("ended.test", true, proxy.backend("b", false, backend.address())));

      try (SSLSocket socket = connect(proxy, "ended.test");
          RawClient client = new RawClient(socket)) {
        assertEquals(FRONT.leaf(), socket.getSession().getPeerCertificates()[0]);
        assertEquals("", socket.getApplicationProtocol());
        assertEquals(200, client.get("/").status());
      }
      assertEquals("", backend.last().header("x-forwarded-for"));
    }
  }

  @Test
  void connection_endedHereAndBegunAnew_reachesATlsBackend() throws Exception {
    try (TestBackend backend = secured();
        TestProxy proxy = TestProxy.start()) {
      BackendTls tls = trust("backend.test", "", AUTHORITY);
      serve(proxy, stream("ended.test", true, proxy.backend(key(tls), backend.address())));

      try (RawClient client = new RawClient(connect(proxy, "ended.test"))) {
        assertEquals(200, client.get("/").status());
      }
    }
  }

  @Test
  void connection_nobodyServes_isHungUpOn() throws Exception {
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TestProxy proxy = TestProxy.start()) {
      InetSocketAddress nobody = (InetSocketAddress) closed.getLocalSocketAddress();
      closed.close();
      serve(
          proxy,
          stream("none.test", false, proxy.backend("none", false)),
          stream("gone.test", false, proxy.backend("gone", false, nobody)));

      assertThrows(IOException.class, () -> connect(proxy, "none.test"));
      assertThrows(IOException.class, () -> connect(proxy, "gone.test"));
      assertThrows(IOException.class, () -> connect(proxy, "other.test"));
    }
  }

  private static BackendKey key(BackendTls tls) {
    return new BackendKey("ns", "tls", "", false, tls);
  }

  private static BackendTls trust(String host, String uri, CertificateAuthority authority) {
    return new BackendTls(
        "backend.test",
        host.isEmpty() ? List.of() : List.of(host),
        uri.isEmpty() ? List.of() : List.of(uri),
        authority.certificatePem());
  }

  @ParameterizedTest
  @CsvSource({
    "backend.test, '', 200",
    "BACKEND.test, '', 200",
    "wrong.test, '', 502",
    "'', spiffe://t/backend.test, 502",
    "backend.test, spiffe://t/backend.test, 200",
  })
  void request_toATlsBackend_isSentOnlyToWhoShowsItsName(String host, String uri, int status)
      throws Exception {
    try (TestBackend backend = secured();
        TestProxy proxy = TestProxy.start()) {
      BackendKey key = proxy.backend(key(trust(host, uri, AUTHORITY)), backend.address());
      proxy.serve(Filters.NONE, key);

      try (RawClient client = new RawClient(proxy.port())) {
        assertEquals(status, client.get("/").status());
      }
      assertTrue(status == 502 ? backend.requests().isEmpty() : backend.requests().size() == 1);
    }
  }

  @Test
  void request_toATlsBackendOfAnotherAuthority_isNotSent() throws Exception {
    try (TestBackend backend = secured();
        TestProxy proxy = TestProxy.start()) {
      BackendKey key =
          proxy.backend(key(trust("backend.test", "", authority())), backend.address());
      proxy.serve(Filters.NONE, key);

      try (RawClient client = new RawClient(proxy.port())) {
        assertEquals(502, client.get("/").status());
      }
      assertTrue(backend.requests().isEmpty());
    }
  }
}

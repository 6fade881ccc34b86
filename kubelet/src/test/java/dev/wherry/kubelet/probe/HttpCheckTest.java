package dev.wherry.kubelet.probe;

import static dev.wherry.kubelet.probe.ProbeResult.Outcome.BROKEN;
import static dev.wherry.kubelet.probe.ProbeResult.Outcome.SUCCESS;
import static dev.wherry.kubelet.probe.ProbeResult.Outcome.WARNING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.RawHttpServer;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.core.v1.HTTPGetAction;
import dev.wherry.model.core.v1.HTTPHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What probes make of answers, byte by byte as a server sent them (rule: pkg/probe/http). */
class HttpCheckTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);

  private RawHttpServer server;

  @BeforeEach
  void listen() throws IOException {
    server =
        new RawHttpServer()
            .answer("/ok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            .answer("/bad", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private int port() {
    return server.port();
  }

  private ProbeResult look(String path) {
    return look(path, LONG, List.of());
  }

  private ProbeResult look(String path, Duration timeout, List<HTTPHeader> headers) {
    HTTPGetAction get =
        HTTPGetAction.builder().scheme("HTTP").path(path).httpHeaders(headers).build();
    return HttpCheck.probe(get, "127.0.0.1", port(), timeout);
  }

  private String url(String path) {
    return "Get \"http://127.0.0.1:" + port() + path + "\": ";
  }

  @Test
  void probe_statusDecides_andTheBodyIsNotTold() {
    server.answer("/secret", "HTTP/1.1 500 Oh\r\nContent-Length: 8\r\n\r\npassword");
    assertEquals(SUCCESS, look("/ok").outcome());
    assertEquals(ProbeResult.failure("HTTP probe failed with statuscode: 500"), look("/secret"));
  }

  @Test
  void probe_redirectedOnTheSameHost_isDecidedByWhereItLeads() {
    server.answer("/to-ok", "HTTP/1.1 302 F\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
    server.answer(
        "/to-bad", "HTTP/1.1 307 F\r\nLocation: http://127.0.0.1:" + port() + "/bad\r\n\r\n");
    assertEquals(SUCCESS, look("/to-ok").outcome());
    assertEquals(ProbeResult.failure("HTTP probe failed with statuscode: 503"), look("/to-bad"));
  }

  @Test
  void probe_redirectedToAnotherHost_isHealthyWithAWarning() {
    server.answer(
        "/away", "HTTP/1.1 301 M\r\nLocation: http://0.0.0.0/x\r\nContent-Length: 4\r\n\r\naway");
    assertEquals(
        new ProbeResult(WARNING, "Probe terminated redirects, Response body: away"), look("/away"));
    assertTrue(look("/away").isSuccess());
  }

  @Test
  void probe_redirectedWithoutEnd_failsAfterTen() {
    server.answer("/loop", "HTTP/1.1 302 F\r\nLocation: loop\r\nContent-Length: 0\r\n\r\n");
    assertEquals(ProbeResult.failure(url("/loop") + "stopped after 10 redirects"), look("/loop"));
    assertEquals(10, server.heads().size());
  }

  @Test
  void probe_answerInChunksAfterAnInterimOne_isRead() {
    server.answer(
        "/chunks",
        "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    assertEquals(SUCCESS, look("/chunks").outcome());
  }

  @Test
  void probe_bodyWithoutEnd_isReadToItsBound() {
    server.answer("/long", "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(11 * 1024) + "...");
    assertEquals(SUCCESS, look("/long").outcome());
  }

  @Test
  void probe_bodyCutShort_isBroken() {
    server.answer("/cut", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nshort");
    server.answer("/slow", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n...");
    assertEquals(new ProbeResult(BROKEN, "unexpected EOF"), look("/cut"));
    assertEquals(
        new ProbeResult(
            BROKEN,
            "context deadline exceeded (Client.Timeout or context cancellation while reading"
                + " body)"),
        look("/slow", SHORT, List.of()));
  }

  @Test
  void probe_noAnswer_isWordedAsGoWordsIt() {
    server.answer("/silent", RawHttpServer.UNENDING);
    server.answer("/nonsense", "SSH-2.0-OpenSSH_9.2\r\n");
    assertEquals(
        ProbeResult.failure(
            url("/silent")
                + "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"),
        look("/silent", SHORT, List.of()));
    assertEquals(
        ProbeResult.failure(
            url("/nonsense")
                + "net/http: HTTP/1.x transport connection broken: malformed HTTP response"
                + " \"SSH-2.0-OpenSSH_9.2\""),
        look("/nonsense"));
  }

  @Test
  void probe_nobodyListens_isRefused() throws IOException {
    ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int free = taken.getLocalPort();
    taken.close();
    HTTPGetAction get = HTTPGetAction.builder().path("/ok").build();
    assertEquals(
        ProbeResult.failure(
            "Get \"http://127.0.0.1:%d/ok\": dial tcp 127.0.0.1:%d: connect: connection refused"
                .formatted(free, free)),
        HttpCheck.probe(get, "127.0.0.1", free, LONG));
  }

  @Test
  void probe_headers_areTheGivenOnes() {
    server.answer("/to-ok", "HTTP/1.1 302 F\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
    look(
        "/to-ok",
        LONG,
        List.of(
            HTTPHeader.builder().name("host").value("a.example").build(),
            HTTPHeader.builder().name("Accept").value("").build(),
            HTTPHeader.builder().name("X-Mine").value("1").build(),
            HTTPHeader.builder().name("X-Mine").value("2").build()));
    String same = "Host: a.example\nUser-Agent: kube-probe/1.36\nX-Mine: 1\nX-Mine: 2\n";
    assertEquals(
        List.of(
            "GET /to-ok HTTP/1.1\n" + same + "Connection: close\n",
            "GET /ok HTTP/1.1\n" + same + "Connection: close\n"),
        server.heads());
  }

  @Test
  void path_isTakenAsAUrlAndElseAsItStands() {
    look("ok?a=b c#part");
    look("/100%");
    look("/이름");
    assertEquals(
        List.of("/ok?a=b%20c", "/100%25", "/%EC%9D%B4%EB%A6%84"),
        server.heads().stream().map(head -> head.split(" ", 3)[1]).toList());
  }

  @Test
  void probe_https_trustsAnybody() throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.create(
            "somebody", Duration.ofHours(1), InstantSource.system(), new SecureRandom());
    TlsIdentity identity =
        authority.issue(
            Subject.of("elsewhere"),
            AlternativeNames.NONE,
            CertificateUse.SERVER,
            Duration.ofHours(1));
    ServerSocket socket =
        TlsContexts.mutual(() -> identity, List.of(authority.certificate()))
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    try (RawHttpServer secure = new RawHttpServer(socket)) {
      secure.answer("/ok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      HTTPGetAction get = HTTPGetAction.builder().scheme("HTTPS").path("/ok").build();
      assertEquals(ProbeResult.success(), HttpCheck.probe(get, "localhost", secure.port(), LONG));
    }
  }

  @Test
  void probe_httpsOfAPlainServer_saysSo() {
    HTTPGetAction get = HTTPGetAction.builder().scheme("HTTPS").path("/ok").build();
    assertEquals(
        ProbeResult.failure(
            "Get \"https://127.0.0.1:%d/ok\": http: server gave HTTP response to HTTPS client"
                .formatted(port())),
        HttpCheck.probe(get, "127.0.0.1", port(), LONG));
  }
}

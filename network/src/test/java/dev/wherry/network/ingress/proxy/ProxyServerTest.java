package dev.wherry.network.ingress.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.HeaderEdits;
import dev.wherry.network.ingress.route.PathEdit;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyServerTest {
  @Test
  void get_severalOnOneConnection_shareOneBackendConnection() throws Exception {
    try (TestBackend backend = TestBackend.saying("hello");
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      for (int i = 0; i < 5; i++) {
        String answer = client.get("/x?q=" + i).readAnswer();
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.endsWith("hello"), answer);
      }

      assertEquals("GET /x?q=4 HTTP/1.1", backend.last().line());
      assertEquals(1, backend.connections());
      Eventually.await("the last count", () -> proxy.figures().answers(2) == 5);
    }
  }

  @Test
  void get_headersOfTheHopAndOfOtherProxies_areReplaced() throws Exception {
    try (TestBackend backend = TestBackend.saying("ok");
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      client
          .get(
              "/",
              "Connection: keep-alive, X-Secret",
              "X-Secret: 1",
              "Keep-Alive: timeout=5",
              "X-Forwarded-For: 6.6.6.6",
              "X-Forwarded-Proto: https",
              "Forwarded: for=6.6.6.6",
              "X-Kept: yes")
          .readAnswer();

      TestBackend.Request seen = backend.last();
      assertEquals("", seen.header("x-secret"));
      assertEquals("", seen.header("keep-alive"));
      assertEquals("", seen.header("forwarded"));
      assertEquals("127.0.0.1", seen.header("x-forwarded-for"));
      assertEquals("http", seen.header("x-forwarded-proto"));
      assertEquals("a.test", seen.header("x-forwarded-host"));
      assertEquals("80", seen.header("x-forwarded-port"));
      assertEquals("a.test", seen.header("host"));
      assertEquals("yes", seen.header("x-kept"));
    }
  }

  @Test
  void post_withLengthOrChunks_passesTheBodyOn() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> TestBackend.answer(s, "got " + r.text()));
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      client.send("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nfirst");
      assertTrue(client.readAnswer().endsWith("got first"));

      client.send(
          "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n");
      assertTrue(client.readAnswer().endsWith("got second"));
      assertEquals("chunked", backend.last().header("transfer-encoding"));
    }
  }

  @Test
  void get_pipelined_isAnsweredInOrder() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> TestBackend.answer(s, r.line().split(" ")[1]));
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a.test\r\n\r\n");
      }
      client.send(all.toString());

      for (int i = 0; i < 20; i++) {
        assertTrue(client.readAnswer().endsWith("\r\n\r\n/" + i));
      }
    }
  }

  @Test
  void get_answerWithoutLength_isChunkedForTheClient() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              TestBackend.write(s, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
              return false;
            });
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      String answer = client.get("/").readTo("0\r\n\r\n");

      assertTrue(answer.contains("transfer-encoding: chunked"), answer);
      assertTrue(answer.contains("until the end"), answer);
    }
  }

  @Test
  void get_byHttp10_endsTheConnectionAndHasNoChunks() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              TestBackend.write(
                  s, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
              return true;
            });
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      String answer = client.send("GET / HTTP/1.0\r\nHost: a.test\r\n\r\n").readAll();

      assertTrue(answer.endsWith("\r\n\r\nok"), answer);
      assertFalse(answer.contains("chunked"), answer);
    }
  }

  @Test
  void head_keepsTheLengthAndTheConnection() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              TestBackend.write(s, "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n");
              return true;
            });
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      for (int i = 0; i < 2; i++) {
        String head = client.send("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n").readTo("\r\n\r\n");
        assertTrue(head.contains("content-length: 999"), head);
      }
      assertEquals(1, backend.connections());
    }
  }

  @Test
  void post_expecting100_hearsItFromTheBackend() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> TestBackend.answer(s, "got " + r.text()));
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      client.send(
          "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi");

      assertTrue(client.readAnswer().endsWith("got hi"));
      assertEquals("100-continue", backend.last().header("expect"));
    }
  }

  @Test
  void get_interimAnswers_arePassedOn() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              TestBackend.write(s, "HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n");
              return TestBackend.answer(s, "ok");
            });
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      assertTrue(client.get("/").readTo("\r\n\r\n").startsWith("HTTP/1.1 103"));
      assertTrue(client.readAnswer().endsWith("ok"));
    }
  }

  @Test
  void get_backendClosedAnIdleConnection_isTriedAgain() throws Exception {
    AtomicInteger served = new AtomicInteger();
    try (TestBackend backend =
            TestBackend.start(
                (r, s) -> served.incrementAndGet() != 2 && TestBackend.answer(s, "ok"));
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      assertTrue(client.get("/1").readAnswer().endsWith("ok"));
      assertTrue(client.get("/2").readAnswer().endsWith("ok"));

      assertEquals(2, backend.connections());
    }
  }

  @Test
  void post_backendClosesAUsedConnection_isNotTriedAgain() throws Exception {
    AtomicInteger served = new AtomicInteger();
    try (TestBackend backend =
            TestBackend.start(
                (r, s) -> served.incrementAndGet() != 2 && TestBackend.answer(s, "ok"));
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      client.get("/1").readAnswer();
      client.send("POST /2 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n");

      assertEquals(502, client.status());
      assertEquals(200, client.get("/3").status());
    }
  }

  /** Bound without listening, its port refuses and is nobody else's meanwhile. */
  private static Socket nobody() throws IOException {
    Socket bound = new Socket();
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return bound;
  }

  private static InetSocketAddress address(Socket bound) {
    return (InetSocketAddress) bound.getLocalSocketAddress();
  }

  @Test
  void get_oneEndpointRefuses_goesToTheOther() throws Exception {
    try (TestBackend backend = TestBackend.saying("ok");
        Socket nobody = nobody();
        TestProxy proxy = TestProxy.to(address(nobody), backend.address())) {
      for (int i = 0; i < 20; i++) {
        try (RawClient client = new RawClient(proxy.port())) {
          assertEquals(200, client.get("/").status());
        }
      }
    }
  }

  @Test
  void get_everyEndpointRefuses_is502() throws Exception {
    try (Socket nobody = nobody();
        TestProxy proxy = TestProxy.to(address(nobody));
        RawClient client = new RawClient(proxy.port())) {
      assertEquals(502, client.get("/").status());
    }
  }

  @Test
  void get_noEndpoints_is503AndTheConnectionStays() throws Exception {
    try (TestProxy proxy = TestProxy.to();
        RawClient client = new RawClient(proxy.port())) {
      assertEquals(503, client.get("/").status());
      assertEquals(503, client.get("/").status());
    }
  }

  @Test
  void get_answerCutShort_doesNotLookComplete() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              TestBackend.write(s, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
              return false;
            });
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      assertTrue(client.get("/").readAll().endsWith("\r\n\r\nhalf"));
    }
  }

  @Test
  void get_malformedAnswer_is502() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              TestBackend.write(s, "what?\r\n\r\n");
              return false;
            });
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      assertEquals(502, client.get("/").status());
    }
  }

  @Test
  void get_slowBackend_is504AfterTheRulesTime() throws Exception {
    Filters filters =
        new Filters(
            HeaderEdits.NONE,
            HeaderEdits.NONE,
            "",
            PathEdit.Keep.ALL,
            List.of(),
            Duration.ofMillis(50),
            Duration.ZERO,
            Filters.Retries.NONE);
    try (TestBackend backend = TestBackend.start((r, s) -> r.line().contains("/never"));
        TestProxy proxy = TestProxy.start();
        RawClient client = connected(proxy, filters, backend)) {
      assertEquals(504, client.get("/never").status());
    }
  }

  @Test
  void get_codesThatAreRetried_areTriedAgain() throws Exception {
    Filters filters =
        new Filters(
            HeaderEdits.NONE,
            HeaderEdits.NONE,
            "",
            PathEdit.Keep.ALL,
            List.of(),
            Duration.ZERO,
            Duration.ZERO,
            new Filters.Retries(Set.of(503), 2, Duration.ofMillis(1)));
    AtomicInteger served = new AtomicInteger();
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              if (served.incrementAndGet() < 3) {
                TestBackend.write(s, "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
                return true;
              }
              return TestBackend.answer(s, "ok");
            });
        TestProxy proxy = TestProxy.start();
        RawClient client = connected(proxy, filters, backend)) {
      assertEquals(200, client.get("/").status());
      assertEquals(3, served.get());
    }
  }

  @Test
  void get_editsOfHeadersHostAndPath_areCarriedOut() throws Exception {
    Filters filters =
        new Filters(
            new HeaderEdits(
                List.of(new HeaderEdits.Header("X-Set", "new")),
                List.of(new HeaderEdits.Header("X-Add", "2")),
                List.of("X-Gone")),
            new HeaderEdits(
                List.of(new HeaderEdits.Header("X-Answer", "1")), List.of(), List.of("server")),
            "inner.test",
            new PathEdit.MatchedPrefix("/v2"),
            List.of(),
            Duration.ZERO,
            Duration.ZERO,
            Filters.Retries.NONE);
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              TestBackend.write(s, "HTTP/1.1 200 OK\r\nserver: old\r\ncontent-length: 0\r\n\r\n");
              return true;
            });
        TestProxy proxy = TestProxy.start();
        RawClient client = connected(proxy, filters, backend)) {
      String answer = client.get("/a/b?c", "X-Set: old", "X-Add: 1", "X-Gone: 1").readAnswer();

      assertTrue(answer.contains("X-Answer: 1") && !answer.contains("server"), answer);
      TestBackend.Request seen = backend.last();
      assertEquals("GET /v2/a/b?c HTTP/1.1", seen.line());
      assertEquals("inner.test", seen.header("host"));
      assertEquals("a.test", seen.header("x-forwarded-host"));
      assertEquals("new", seen.header("x-set"));
      assertTrue(seen.head().contains("X-Add: 1\r\n") && seen.head().contains("X-Add: 2\r\n"));
      assertEquals("", seen.header("x-gone"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https, '', 0, 308, https://a.test/p?q",
    "'', b.test, 0, 302, http://b.test/p?q",
    "https, '', 8443, 301, https://a.test:8443/p?q",
  })
  void get_redirect_leadsThere(String scheme, String host, int port, int status, String location)
      throws Exception {
    try (TestProxy proxy = TestProxy.start()) {
      proxy.serve(Filters.NONE, new Action.Redirect(scheme, host, port, PathEdit.Keep.ALL, status));
      try (RawClient client = new RawClient(proxy.port())) {
        String answer = client.get("/p?q").readAnswer();
        assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
        assertTrue(answer.contains("location: " + location + "\r\n"), answer);
        assertTrue(client.get("/p").readAnswer().startsWith("HTTP/1.1 " + status));
      }
    }
  }

  @Test
  void get_withMirror_bothBackendsSeeIt() throws Exception {
    try (TestBackend backend = TestBackend.saying("real");
        TestBackend mirror = TestBackend.saying("copy");
        TestProxy proxy = TestProxy.start()) {
      Filters filters =
          new Filters(
              HeaderEdits.NONE,
              HeaderEdits.NONE,
              "",
              PathEdit.Keep.ALL,
              List.of(new Filters.Mirror(proxy.backend("m", false, mirror.address()), 1, 1)),
              Duration.ZERO,
              Duration.ZERO,
              Filters.Retries.NONE);
      try (RawClient client = connected(proxy, filters, backend)) {
        client.send("POST /m HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody");
        assertTrue(client.readAnswer().endsWith("real"));

        Eventually.await("the mirror's request", () -> !mirror.requests().isEmpty());
        assertEquals("body", mirror.last().text());
      }
    }
  }

  @Test
  void upgrade_webSocket_passesBytesBothWays() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              TestBackend.write(
                  s,
                  "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                      + "sec-websocket-accept: x\r\n\r\nhello");
              OutputStream out = s.getOutputStream();
              byte[] buffer = new byte[4096];
              for (int n = s.getInputStream().read(buffer);
                  n >= 0;
                  n = s.getInputStream().read(buffer)) {
                out.write(buffer, 0, n);
              }
              return false;
            });
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      String head =
          client
              .get("/ws", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x")
              .readTo("\r\n\r\nhello");
      assertTrue(head.startsWith("HTTP/1.1 101"), head);
      assertTrue(head.contains("upgrade: websocket"), head);

      String large = "0123456789".repeat(20_000);
      Thread.ofVirtual()
          .start(() -> {
            try {
              client.send(large + "!");
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      assertEquals(large + "!", client.readBytes(large.length() + 1));
    }
  }

  private static RawClient connected(TestProxy proxy, Filters filters, TestBackend backend)
      throws IOException, InterruptedException {
    BackendKey key = proxy.backend("b", false, backend.address());
    proxy.serve(filters, key);
    return new RawClient(proxy.port());
  }
}

package dev.wherry.network.ingress.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read in two ways by two servers, what comes too slowly, and too much of anything. */
class HostileClientTest {
  private static final String LINE = "POST / HTTP/1.1\r\nHost: a.test\r\n";

  private static TestBackend backend;
  private static TestProxy proxy;
  private static TestProxy hasty;

  @BeforeAll
  static void start() throws Exception {
    backend = TestBackend.saying("ok");
    proxy = TestProxy.to(backend.address());
    hasty = TestProxy.start(ProxyLimits.defaults().withTimes(750, 1_000, 750, 1_000, 50));
    hasty.serve(
        dev.wherry.network.ingress.route.Filters.NONE,
        hasty.backend("all", false, backend.address()));
  }

  @AfterAll
  static void stop() throws IOException {
    hasty.close();
    proxy.close();
    backend.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Length and chunks, in both orders.
        LINE + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        LINE + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        // Lengths that differ, or are none.
        LINE + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        LINE + "Content-Length: 4, 5\r\n\r\nabcde",
        LINE + "Content-Length: +4\r\n\r\nabcd",
        LINE + "Content-Length: -1\r\n\r\n",
        LINE + "Content-Length: 4 4\r\n\r\nabcd",
        LINE + "Content-Length: 0x4\r\n\r\nabcd",
        // Codings that one reads as chunks and another does not.
        LINE + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        LINE + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        LINE + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        LINE + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        LINE + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        LINE + "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
        LINE + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        // Ends of lines.
        "GET / HTTP/1.1\nHost: a.test\n\n",
        "GET / HTTP/1.1\r\nHost: a.test\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nX: y\rZ: w\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nX: y\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nX: y\u0000z\r\n\r\n",
        // Names and hosts.
        "GET / HTTP/1.1\r\nHost: a.test\r\nX y: z\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\n: z\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test:99999x\r\n\r\n",
        // Targets.
        "GET /../etc HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET /%2e%2e/etc HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET x HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET ftp://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "nonsense\r\n\r\n",
      })
  void request_ambiguousOrMalformed_is400AndEndsTheConnection(String bytes) throws Exception {
    int seen = backend.requests().size();
    try (RawClient client = new RawClient(proxy.port())) {
      String answer =
          client.send(bytes + "GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n").readAll();

      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertEquals(1, answer.split("HTTP/1.1 ", -1).length - 1, answer);
    }
    assertTrue(
        backend.requests().subList(seen, backend.requests().size()).stream()
            .noneMatch(request -> request.line().contains("smuggled")));
  }

  @Test
  void request_targetInAbsoluteForm_decidesTheHost() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send("GET http://b.test:81/x/./y%41?z HTTP/1.1\r\nHost: a.test\r\n\r\n");

      assertEquals(200, client.status());
      assertEquals("GET /x/yA?z HTTP/1.1", backend.last().line());
      assertEquals("b.test:81", backend.last().header("host"));
    }
  }

  @Test
  void request_headTooLarge_is431() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send("GET / HTTP/1.1\r\nHost: a.test\r\nX: " + "y".repeat(40_000) + "\r\n\r\n");

      assertTrue(client.readAll().startsWith("HTTP/1.1 431 "));
    }
  }

  @Test
  void request_lineTooLong_is414() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send("GET /" + "y".repeat(9_000) + " HTTP/1.1\r\nHost: a.test\r\n\r\n");

      assertTrue(client.readAll().startsWith("HTTP/1.1 414 "));
    }
  }

  @Test
  void request_methodOfTunnels_is405() throws Exception {
    try (RawClient client = new RawClient(proxy.port())) {
      client.send("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n");

      assertEquals(405, client.status());
    }
  }

  @Test
  void client_silentOrDripping_isHungUpOn() throws Exception {
    try (RawClient silent = new RawClient(hasty.port());
        RawClient dripping = new RawClient(hasty.port())) {
      Thread drip =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  dripping.send("GET / HTTP/1.1\r\n");
                  for (int i = 0; i < 1_000; i++) {
                    dripping.send("x");
                    java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
                  }
                } catch (IOException hungUp) {
                  // As it should be.
                }
              });
      assertTrue(silent.isEnded());
      drip.join();
    }
  }

  @Test
  void client_idleAfterARequest_isHungUpOn() throws Exception {
    try (RawClient client = new RawClient(hasty.port())) {
      assertEquals(200, client.get("/").status());
      assertTrue(client.isEnded());
    }
  }

  @Test
  void client_bodyThatStops_is408() throws Exception {
    try (RawClient client = new RawClient(hasty.port())) {
      client.send(LINE + "Content-Length: 10\r\n\r\nabc");

      assertTrue(client.readAll().startsWith("HTTP/1.1 408 "));
    }
  }

  @Test
  void client_thatDoesNotRead_stopsTheBackendAndIsHungUpOn() throws Exception {
    java.util.concurrent.atomic.AtomicLong sent = new java.util.concurrent.atomic.AtomicLong();
    byte[] block = new byte[64 << 10];
    try (TestBackend large =
        TestBackend.start((r, s) -> {
          TestBackend.write(s, "HTTP/1.1 200 OK\r\n\r\n");
          while (sent.addAndGet(block.length) < 1L << 30) {
            s.getOutputStream().write(block);
          }
          return false;
        })) {
      hasty
          .endpoints()
          .put(
              new dev.wherry.network.ingress.route.BackendKey("ns", "all", "", false),
              List.of(large.address()));
      try (RawClient client = new RawClient(hasty.port())) {
        client.get("/");
        dev.wherry.machinery.Eventually.await(
            "the proxy to hang up", () -> hasty.figures().connections().get() == 0);
      }
      assertTrue(sent.get() < 64 << 20, "bytes taken for a client that reads none: " + sent);
    } finally {
      hasty
          .endpoints()
          .put(
              new dev.wherry.network.ingress.route.BackendKey("ns", "all", "", false),
              List.of(backend.address()));
    }
  }

  @Test
  void backend_thatIsSilent_is504() throws Exception {
    try (TestBackend silent = TestBackend.start((r, s) -> true)) {
      hasty
          .endpoints()
          .put(
              new dev.wherry.network.ingress.route.BackendKey("ns", "all", "", false),
              List.of(silent.address()));
      try (RawClient client = new RawClient(hasty.port())) {
        assertEquals(504, client.get("/").status());
      }
    } finally {
      hasty
          .endpoints()
          .put(
              new dev.wherry.network.ingress.route.BackendKey("ns", "all", "", false),
              List.of(backend.address()));
    }
  }
}

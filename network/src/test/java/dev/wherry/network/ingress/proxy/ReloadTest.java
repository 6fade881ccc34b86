package dev.wherry.network.ingress.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.network.ingress.route.Endpoints;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.RouteTable;
import dev.wherry.network.ingress.tls.Certificates;
import dev.wherry.network.sockets.ListeningSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReloadTest {
  @Test
  void table_exchangedUnderLoad_dropsNoConnectionAndFailsNoRequest() throws Exception {
    try (TestBackend one = TestBackend.saying("1");
        TestBackend other = TestBackend.saying("2");
        TestProxy proxy = TestProxy.to(one.address())) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger served = new AtomicInteger();
      List<String> failures = java.util.Collections.synchronizedList(new ArrayList<>());
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        clients.add(Thread.ofVirtual().start(() -> load(proxy, stop, served, failures)));
      }
      for (int i = 0; i < 200; i++) {
        proxy.serve(
            Filters.NONE, proxy.backend("b" + i % 3, false, (i % 2 == 0 ? one : other).address()));
        int before = served.get();
        Eventually.await("more answers", () -> served.get() > before + 2);
      }
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }

      assertEquals(List.of(), failures);
      assertTrue(served.get() > 400, "served " + served);
      assertTrue(other.requests().size() > 50, "the other backend's " + other.requests().size());
    }
  }

  private static void load(
      TestProxy proxy, AtomicBoolean stop, AtomicInteger served, List<String> failures) {
    try (RawClient client = new RawClient(proxy.port())) {
      while (!stop.get()) {
        String answer = client.get("/").readAnswer();
        if (!answer.startsWith("HTTP/1.1 200")) {
          failures.add(answer);
        }
        served.incrementAndGet();
      }
    } catch (IOException e) {
      failures.add(e.toString());
    }
  }

  @Test
  void port_closed_letsRequestsUnderWayEnd() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (TestBackend backend =
            TestBackend.start((r, s) -> {
              asked.countDown();
              try {
                assertTrue(go.await(120, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return TestBackend.answer(s, "late");
            });
        TestProxy proxy = TestProxy.to(backend.address());
        RawClient client = new RawClient(proxy.port())) {
      client.get("/");
      assertTrue(asked.await(120, TimeUnit.SECONDS));
      int port = proxy.port();
      Thread closing =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  proxy.server().apply(RouteTable.EMPTY);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      Eventually.await("no new clients", () -> !opens(port));
      go.countDown();

      String answer = client.readAnswer();
      assertTrue(answer.endsWith("late"), answer);
      assertTrue(answer.contains("connection: close"), answer);
      closing.join();
    }
  }

  private static boolean opens(int port) {
    try (RawClient client = new RawClient(port)) {
      return client.socket().isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void port_takenBySomebody_isSaidAndOpenedLater() throws Exception {
    ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"));
    ProxyServer server =
        ProxyServer.start(
            new ProxyServer.Setup(
                new Endpoints(),
                Certificates.selfSigned(Clock.systemUTC(), new SecureRandom()),
                ProxyLimits.defaults(),
                new ProxyFigures(),
                AccessLog.NONE,
                Map.of(80, taken.getLocalPort()),
                ListeningSockets.OWN,
                1,
                1));
    RouteTable table = new RouteTable.Builder().listen(80, false, HostPattern.ANY).build();
    try (server) {
      try (taken) {
        assertTrue(server.apply(table).get(80).contains(String.valueOf(taken.getLocalPort())));
      }
      assertEquals(Map.of(), server.apply(table));
    }
  }
}

package dev.wherry.network.ingress.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.PathMatch;
import dev.wherry.network.ingress.route.RouteTable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Addresses of which somebody's rules are the only ones. */
class OwnAddressesTest {
  @Test
  void address_ofSomebodysOwn_isServedByItsRulesAndRefusedWhereItHasNone() throws Exception {
    try (TestBackend first = TestBackend.saying("first");
        TestBackend second = TestBackend.saying("second");
        TestProxy proxy = TestProxy.start()) {
      RouteTable.Builder table = new RouteTable.Builder();
      Action own = TestProxy.forward(proxy.backend("second", false, second.address()));
      Action shared = TestProxy.forward(proxy.backend("first", false, first.address()));
      table
          .listen(TestProxy.PLAIN, false, HostPattern.ANY)
          .add(
              TestProxy.PLAIN,
              HostPattern.ANY,
              TestProxy.route(PathMatch.Prefix.ALL, Filters.NONE, shared));
      table
          .at(Set.of("127.0.0.2"))
          .listen(TestProxy.PLAIN, false, HostPattern.ANY)
          .add(
              TestProxy.PLAIN,
              HostPattern.ANY,
              TestProxy.route(PathMatch.Prefix.ALL, Filters.NONE, own));
      table.at(Set.of("127.0.0.3")).listen(TestProxy.TLS, true, HostPattern.ANY);
      proxy.apply(table.build());
      assertTrue(get("127.0.0.1", proxy.port()).endsWith("first"));
      assertTrue(get("127.0.0.2", proxy.port()).endsWith("second"));
      assertEquals("", get("127.0.0.3", proxy.port()));
      assertEquals("", get("127.0.0.1", proxy.tlsPort()));
    }
  }

  private static String get(String address, int port) throws IOException {
    try (Socket socket = new Socket(address, port)) {
      socket.setSoTimeout(60_000);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.0\r\nHost: a.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketException e) {
      return "";
    }
  }
}

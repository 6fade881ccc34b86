package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.lab.Command;
import dev.wherry.machinery.address.IpFamily;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HostAddressTest {
  private static final URI HERE = URI.create("https://127.0.0.1:6443");

  @Test
  void primary_isWhatTheKernelWouldSendFrom() throws Exception {
    Command route = Command.run(Map.of(), List.of("ip", "-4", "route", "get", "203.0.113.1"));
    Matcher source = Pattern.compile(" src (\\S+)").matcher(route.text());
    assumeTrue(route.exit() == 0 && source.find(), "no default route: " + route.text());
    assertEquals(source.group(1), HostAddress.primary(IpFamily.IPV4));
  }

  @Test
  void beside_addressWithoutAnother_isNone() throws Exception {
    assertEquals("", HostAddress.beside("127.0.0.1"));
    assertEquals("", HostAddress.beside("203.0.113.1"));
    assertEquals("", HostAddress.beside("::1"));
  }

  /** Bridges come and go; a server on this host is reached as ever. */
  @Test
  void source_ofServerHere_staysLoopback() throws Exception {
    assertEquals("127.0.0.1", HostAddress.source(HERE).getHostAddress());
    assertFalse(InetAddress.getByName(HostAddress.towards(HERE)).isLoopbackAddress());
  }
}

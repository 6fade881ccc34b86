package dev.wherry.network.dns.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.network.dns.message.DomainName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the servers come from. */
class HostResolverTest {
  @TempDir Path folder;

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private HostResolver resolver(String usual, String behind) throws Exception {
    Path one = Files.writeString(folder.resolve("resolv.conf"), usual);
    Path other = folder.resolve("behind.conf");
    if (!behind.isEmpty()) {
      Files.writeString(other, behind);
    }
    return new HostResolver(one, other);
  }

  @Test
  void servers_usualFile_areItsServersInOrder() throws Exception {
    assertEquals(
        List.of(at("192.0.2.1", 53), at("2001:db8::1", 53)),
        resolver(
                "# a comment\nsearch x\nnameserver 192.0.2.1\n nameserver\t2001:db8::1 \n"
                    + "nameserver\nnameserver nonsense\n",
                "")
            .servers());
    assertEquals(
        List.of(), new HostResolver(folder.resolve("no"), folder.resolve("none")).servers());
  }

  @Test
  void servers_stubOfSystemd_areThoseBehindIt() throws Exception {
    HostResolver stub = resolver("nameserver 127.0.0.53\n", "nameserver 192.0.2.9\n");

    assertEquals(List.of(at("192.0.2.9", 53)), stub.servers());
    assertEquals(stub.behindStub(), stub.file());
  }

  @Test
  void servers_stubWithoutAFileBehindIt_isAsked() throws Exception {
    assertEquals(List.of(at("127.0.0.53", 53)), resolver("nameserver 127.0.0.53\n", "").servers());
  }

  @Test
  void rule_ofAnyForm_isRead() {
    assertEquals(
        new ForwardRule(DomainName.of("corp.example"), List.of(at("192.0.2.1", 53))),
        ForwardRule.parse("corp.example=192.0.2.1"));
    assertEquals(
        new ForwardRule(
            DomainName.ROOT,
            List.of(
                at("192.0.2.1", 5353),
                at("2001:db8::1", 53),
                at("2001:db8::2", 54),
                at("::1", 53))),
        ForwardRule.parse(".=192.0.2.1:5353,2001:db8::1,[2001:db8::2]:54, [::1]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"corp", "corp=", "corp=name", "corp=1.2.3.4:0", "corp=1.2.3.4:x", "a..b=1.2.3.4"})
  void rule_wrong_isRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> ForwardRule.parse(text));
  }
}

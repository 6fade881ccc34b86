package dev.wherry.apiserver.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.pki.ServerPki.Leaf;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.KeyPairs;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.Subject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerPkiTest {
  private final SecureRandom random = new SecureRandom();
  private Instant now = Instant.parse("2026-11-21T00:00:00Z");
  private final InstantSource clock = () -> now;
  @TempDir Path data;

  private ServerPki open(String... hosts) {
    return ServerPki.open(
        data.resolve("pki"), ServerPkiConfig.withHosts(List.of(hosts)), clock, random);
  }

  @Test
  void open_firstStart_makesEverythingWithModes() throws Exception {
    ServerPki pki = open("node-a", "192.168.1.7");
    AlternativeNames names = AlternativeNames.of(pki.identity(Leaf.SERVING).leaf());
    assertTrue(
        names
            .dnsNames()
            .containsAll(List.of("kubernetes.default.svc.cluster.local", "localhost", "node-a")));
    assertTrue(names.ipAddresses().containsAll(List.of("127.0.0.1", "192.168.1.7")));
    assertEquals(
        Subject.of("wherry-admin", "system:masters"), Subject.of(pki.identity(Leaf.ADMIN).leaf()));
    assertEquals("RSA", pki.identity(Leaf.ADMIN).key().getAlgorithm());
    assertEquals("EC", pki.identity(Leaf.SCHEDULER).key().getAlgorithm());
    try (var files = Files.list(data.resolve("pki"))) {
      for (Path file : files.toList()) {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        String wanted = file.toString().endsWith(".key") ? "rw-------" : "rw-r--r--";
        assertEquals(wanted, mode, file.toString());
      }
    }
  }

  @Test
  void open_secondTime_keepsAll() {
    ServerPki first = open("node-a");
    ServerPki second = open("node-a");
    assertEquals(first.authority().fingerprint(), second.authority().fingerprint());
    for (Leaf leaf : Leaf.values()) {
      assertEquals(first.identity(leaf).leaf(), second.identity(leaf).leaf());
    }
    assertTrue(
        KeyPairs.match(
            second.serviceAccountKeys().getPrivate(), first.serviceAccountKeys().getPublic()));
  }

  @Test
  void open_newHost_replacesOnlyServing() {
    ServerPki first = open("node-a");
    ServerPki second = open("node-a", "node-b");
    assertNotEquals(first.identity(Leaf.SERVING).leaf(), second.identity(Leaf.SERVING).leaf());
    assertEquals(first.identity(Leaf.ADMIN).leaf(), second.identity(Leaf.ADMIN).leaf());
  }

  @Test
  void open_halfWrittenPair_isReplaced() throws Exception {
    var first = open().identity(Leaf.ADMIN).leaf();
    String foreign = Pem.privateKey(KeyPairs.generate(random).getPrivate());
    Files.writeString(data.resolve("pki/admin.key"), foreign);
    assertNotEquals(first, open().identity(Leaf.ADMIN).leaf());
  }

  @Test
  void renewDue_nearTheEnd_replacesWhileRunning() {
    ServerPki pki = open();
    var before = pki.identity(Leaf.SERVING).leaf();
    var administrator = pki.identity(Leaf.ADMIN).leaf();
    assertEquals(List.of(), pki.renewDue());
    assertEquals(List.of(), open().renewDue());
    now = now.plus(Duration.ofDays(300));
    assertEquals(List.of(Leaf.values()), pki.renewDue());
    assertNotEquals(before, pki.identity(Leaf.SERVING).leaf());
    assertNotEquals(administrator, pki.identity(Leaf.ADMIN).leaf());
    assertEquals(pki.identity(Leaf.SERVING).leaf(), open().identity(Leaf.SERVING).leaf());
  }

  @Test
  void write_kubeconfig_isPrivateAndComplete() throws Exception {
    ServerPki pki = open();
    Path file = data.resolve("admin.conf");
    new Kubeconfig(
            "https://127.0.0.1:6443",
            pki.authority().certificatePem(),
            "wherry",
            pki.identity(Leaf.ADMIN))
        .write(file);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertTrue(Files.readString(file).contains("current-context: wherry\n"));
  }
}

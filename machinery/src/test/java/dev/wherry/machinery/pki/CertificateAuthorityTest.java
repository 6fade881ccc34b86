package dev.wherry.machinery.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
  private static final Duration YEAR = Duration.ofDays(365);
  private final Instant now = Instant.now();
  private final InstantSource clock = InstantSource.fixed(now);
  private final SecureRandom random = new SecureRandom();
  private final CertificateAuthority authority =
      CertificateAuthority.create("wherry-ca", YEAR.multipliedBy(10), clock, random);

  @Test
  void issue_clientSubject_readsBackAsUserAndGroups() throws Exception {
    TlsIdentity identity =
        authority.issue(
            Subject.of("system:node:a", "system:nodes", "others, inc"),
            AlternativeNames.NONE,
            CertificateUse.CLIENT,
            YEAR);
    identity.leaf().verify(authority.certificate().getPublicKey());
    Subject subject = Subject.of(identity.leaf());
    assertEquals("system:node:a", subject.commonName());
    assertEquals(List.of("system:nodes", "others, inc"), subject.organizations());
    assertEquals(List.of("1.3.6.1.5.5.7.3.2"), identity.leaf().getExtendedKeyUsage());
  }

  @Test
  void issue_longerThanAuthority_endsWithIt() {
    TlsIdentity identity =
        authority.issue(
            Subject.of("a"), AlternativeNames.NONE, CertificateUse.CLIENT, YEAR.multipliedBy(20));
    assertEquals(authority.certificate().getNotAfter(), identity.leaf().getNotAfter());
  }

  @Test
  void load_ownTexts_issuesUnderTheSameCertificate() throws Exception {
    CertificateAuthority loaded =
        CertificateAuthority.load(authority.certificatePem(), authority.keyPem(), clock, random);
    assertEquals(authority.fingerprint(), loaded.fingerprint());
    TlsIdentity identity =
        loaded.issue(Subject.of("a"), AlternativeNames.NONE, CertificateUse.CLIENT, YEAR);
    identity.leaf().verify(authority.certificate().getPublicKey());
  }

  @Test
  void load_foreignKey_isRefused() {
    String foreign = Pem.privateKey(KeyPairs.generate(random).getPrivate());
    assertThrows(
        PkiException.class,
        () -> CertificateAuthority.load(authority.certificatePem(), foreign, clock, random));
  }

  @Test
  void request_roundTrip_keepsSubjectAndNames() {
    KeyPair keys = KeyPairs.generate(random);
    AlternativeNames names = AlternativeNames.of(List.of("node-a", "10.0.0.1", "fd00::1"));
    CertificateRequest request =
        CertificateRequest.create(keys, Subject.of("system:node:a", "system:nodes"), names);
    CertificateRequest parsed = CertificateRequest.parsePem(request.toPem());
    assertEquals(request.subject(), parsed.subject());
    assertEquals(names, parsed.names());
    X509Certificate leaf = authority.issue(parsed, CertificateUse.SERVER, YEAR);
    assertEquals(keys.getPublic(), leaf.getPublicKey());
  }

  @Test
  void parse_tamperedRequest_isRefused() {
    CertificateRequest request =
        CertificateRequest.create(
            KeyPairs.generate(random), Subject.of("abcdefgh"), AlternativeNames.NONE);
    String hex = java.util.HexFormat.of().formatHex(request.der());
    String tampered = hex.replace("6162636465666768", "6162636465666769");
    assertFalse(hex.equals(tampered));
    assertThrows(
        PkiException.class,
        () -> CertificateRequest.parse(java.util.HexFormat.of().parseHex(tampered)));
    assertThrows(PkiException.class, () -> CertificateRequest.parse(new byte[] {1, 2, 3}));
    assertThrows(PkiException.class, () -> CertificateRequest.parsePem("hello"));
  }

  @Test
  void write_identity_modesAreRightAndReadsBack(@TempDir Path directory) throws Exception {
    TlsIdentity identity =
        authority.issue(Subject.of("a"), AlternativeNames.NONE, CertificateUse.CLIENT, YEAR);
    Path certificate = directory.resolve("a.crt");
    Path key = directory.resolve("a.key");
    identity.write(certificate, key);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    assertEquals(
        "rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(certificate)));
    assertEquals(identity.leaf(), TlsIdentity.read(certificate, key).leaf());
    try (var files = Files.list(directory)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void handshake_rotatedIdentity_showsTheNewCertificate() throws Exception {
    AtomicReference<TlsIdentity> serving = new AtomicReference<>(serving());
    TlsIdentity client =
        authority.issue(Subject.of("admin"), AlternativeNames.NONE, CertificateUse.CLIENT, YEAR);
    List<X509Certificate> trusted = List.of(authority.certificate());
    SSLContext serverContext = TlsContexts.mutual(serving::get, trusted);
    SSLContext clientContext = TlsContexts.mutual(() -> client, trusted);
    assertEquals(serving.get().leaf(), serverCertificateSeen(serverContext, clientContext));
    TlsIdentity next = serving();
    serving.set(next);
    assertEquals(next.leaf(), serverCertificateSeen(serverContext, clientContext));
  }

  private TlsIdentity serving() {
    return authority.issue(
        Subject.of("server"),
        AlternativeNames.of(List.of("localhost", "127.0.0.1")),
        CertificateUse.SERVER,
        YEAR);
  }

  private static X509Certificate serverCertificateSeen(SSLContext server, SSLContext client)
      throws Exception {
    try (SSLServerSocket listener =
            (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0);
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      listener.setNeedClientAuth(true);
      var accepted =
          executor.submit(() -> {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
              socket.getOutputStream().write(1);
              return socket.getSession().getPeerCertificates()[0];
            }
          });
      try (SSLSocket socket =
          (SSLSocket)
              client.getSocketFactory().createSocket("127.0.0.1", listener.getLocalPort())) {
        assertTrue(socket.getInputStream().read() == 1);
        accepted.get();
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
      }
    }
  }
}

package dev.wherry.scheduler.extender;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.json.Json;
import dev.wherry.scheduler.config.SchedulerConfigFile;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.view.PodKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Extenders behind TLS, by every field of kube-scheduler's tlsConfig. */
class HttpsExtenderTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final byte[] ANSWER = "{\"nodenames\": [\"b\"]}".getBytes(StandardCharsets.UTF_8);
  private static final ClusterObjects OBJECTS =
      new ClusterObjects() {
        @Override
        public Optional<ObjectNode> pod(PodKey key) {
          return Optional.of(Json.object());
        }

        @Override
        public Optional<ObjectNode> node(String name) {
          return Optional.of(Json.object());
        }
      };

  private final CertificateAuthority authority =
      CertificateAuthority.create("ca", DAY, InstantSource.system(), new SecureRandom());
  private HttpsServer server;

  @BeforeEach
  void start() throws Exception {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, ANSWER.length);
          exchange.getResponseBody().write(ANSWER);
          exchange.close();
        });
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private TlsIdentity identity(String name, CertificateUse use) {
    return authority.issue(Subject.of(name), AlternativeNames.of(List.of(name)), use, DAY);
  }

  /** Starts with a certificate of this name. */
  private void serve(String name, boolean asksForClients) {
    TlsIdentity identity = identity(name, CertificateUse.SERVER);
    SSLContext context = TlsContexts.mutual(() -> identity, List.of(authority.certificate()));
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setNeedClientAuth(asksForClients);
            parameters.setSSLParameters(wanted);
          }
        });
    server.start();
  }

  private Set<String> asked(String tls) {
    String file =
        """
        {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
         "extenders": [{"urlPrefix": "https://127.0.0.1:%d/x", "filterVerb": "filter",
                        "nodeCacheCapable": true, "enableHTTPS": true, "httpTimeout": "60s",
                        "tlsConfig": {%s}}]}
        """
            .formatted(server.getAddress().getPort(), tls);
    var config = SchedulerConfigFile.parse(Json.parse(file.getBytes(StandardCharsets.UTF_8)));
    try (HttpExtender extender = new HttpExtender(config.extenders().getFirst(), OBJECTS)) {
      return extender
          .filter(pod("p").build(), List.of(node("a").build(), node("b").build()))
          .passed();
    }
  }

  private static String data(String field, String pem) {
    String text = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
    return "\"" + field + "\": \"" + text + "\"";
  }

  private String ca() {
    return data("caData", authority.certificatePem());
  }

  @Test
  void call_authorityKnown_isAnswered() {
    serve("127.0.0.1", false);
    assertEquals(Set.of("b"), asked(ca()));
  }

  @Test
  void call_authorityUnknown_isRefused() {
    serve("127.0.0.1", false);
    String other =
        CertificateAuthority.create("other", DAY, InstantSource.system(), new SecureRandom())
            .certificatePem();
    assertThrows(ExtenderException.class, () -> asked(data("caData", other)));
  }

  @Test
  void call_insecure_asksNobody() {
    serve("somebody.example.com", false);
    assertEquals(Set.of("b"), asked("\"insecure\": true"));
  }

  @Test
  void call_certificateOfAnotherName_needsThatName() {
    serve("gpu.example.com", false);
    assertThrows(ExtenderException.class, () -> asked(ca()));
    assertEquals(Set.of("b"), asked(ca() + ", \"serverName\": \"gpu.example.com\""));
  }

  @Test
  void call_serverAsksWhoWeAre_isToldByTheCertificate() {
    serve("127.0.0.1", true);
    assertThrows(ExtenderException.class, () -> asked(ca()));
    TlsIdentity scheduler = identity("scheduler", CertificateUse.CLIENT);
    assertEquals(
        Set.of("b"),
        asked(
            ca()
                + ", "
                + data("certData", scheduler.certificatePem())
                + ", "
                + data("keyData", scheduler.keyPem())));
  }
}

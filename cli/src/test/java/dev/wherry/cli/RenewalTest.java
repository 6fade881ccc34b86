package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.ApiServerConfig;
import dev.wherry.cli.lab.Await;
import dev.wherry.cli.lab.ShiftedTimer;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.kubelet.identity.JoinToken;
import dev.wherry.kubelet.identity.NodeIdentity;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.store.Store;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Certificates over a year, by a clock that starts 350 days ago and jumps: TLS itself goes by the
 * real clock, so old and new certificates must be good on both.
 */
class RenewalTest {
  private static final Duration BEHIND = Duration.ofDays(350);

  /** Beyond nine tenths of a year: everybody's renewal is due. */
  private static final Duration NEARLY_A_YEAR = Duration.ofDays(330);

  @TempDir Path folder;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final SecureRandom secrets = new SecureRandom();
  private final ShiftedTimer timer = new ShiftedTimer(BEHIND.negated());
  private ApiServer api;
  private JoinTokens tokens;

  @BeforeEach
  void start() throws Exception {
    parts.push(timer);
    Store store = RocksStore.open(folder.resolve("store"), RocksStoreConfig.defaults());
    parts.push(store);
    api =
        ApiServer.start(
            ApiServerConfig.in(
                folder.resolve("server"), new InetSocketAddress("127.0.0.1", 0), List.of("srv")),
            store,
            timer,
            UUID::randomUUID,
            secrets);
    parts.push(api);
    parts.push(CertificateRenewal.start(api.pki(), url().toString(), kubeconfig(), timer));
    ControlPlane.start(
        parts,
        api,
        "127.0.0.1",
        ClusterRanges.DEFAULT,
        "",
        ControllersConfig.Choices.DEFAULT,
        false,
        SchedulerConfig.defaults(),
        timer,
        1);
    tokens =
        new JoinTokens(
            new ComponentClients(api).apiServer(),
            api.pki().authority().fingerprint(),
            timer,
            secrets);
  }

  @AfterEach
  void stop() {
    ServerRole.stop(parts);
  }

  private URI url() {
    return URI.create("https://127.0.0.1:" + api.port());
  }

  private Path kubeconfig() {
    return folder.resolve("server/admin.kubeconfig");
  }

  private NodeIdentity join(Optional<JoinToken> token) throws Exception {
    NodeIdentity identity =
        NodeIdentity.establish(
            new NodeIdentity.Settings(
                url(),
                folder.resolve("node"),
                "n1",
                AlternativeNames.of(List.of("n1", "10.1.2.3")),
                Optional.empty()),
            token,
            timer,
            secrets,
            new Random(1));
    parts.push(identity);
    return identity;
  }

  private static void register(NodeIdentity identity) {
    identity
        .api()
        .create(
            Node.KIND, Node.builder().metadata(ObjectMeta.builder().name("n1").build()).build());
    ObjectNode patch = Json.object();
    patch
        .putObject("status")
        .putArray("addresses")
        .addObject()
        .put("type", "InternalIP")
        .put("address", "10.1.2.3");
    identity.api().patch(Node.KIND, "", "n1", PatchType.MERGE, patch, "status");
  }

  private static BigInteger serial(TlsIdentity identity) {
    return identity.leaf().getSerialNumber();
  }

  private BigInteger shownByServer(X509Certificate authority) throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            TlsContexts.trusting(List.of(authority))
                .getSocketFactory()
                .createSocket("127.0.0.1", api.port())) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  @Test
  void certificates_nearTheirEnd_areRenewedWhileEverythingRuns() throws Exception {
    NodeIdentity node = join(Optional.of(tokens.create(Optional.of(Duration.ofHours(1)), "")));
    register(node);
    Await.until(() -> "the serving certificate is signed", node::serves);
    BigInteger client = serial(node.client());
    BigInteger serving = serial(node.serving());
    BigInteger server = shownByServer(node.authority());
    String admin = Files.readString(kubeconfig());

    timer.jump(NEARLY_A_YEAR);

    Await.until(
        () -> "the node's certificates are new",
        () -> !serial(node.client()).equals(client) && !serial(node.serving()).equals(serving));
    Await.until(
        () -> "the server's certificate is new",
        () -> !shownByServer(node.authority()).equals(server));
    Await.until(
        () -> "the administrator's kubeconfig is new",
        () -> !Files.readString(kubeconfig()).equals(admin));
    assertEquals("n1", node.api().get(Node.KIND, "", "n1").metadata().name());
    Await.until(
        () -> "the serving certificate is on the disk",
        () ->
            Files.readString(folder.resolve("node/serving.crt"))
                .equals(node.serving().certificatePem()));
    MetricsText page = new MetricsText();
    node.write(page);
    String host = "host=\"127.0.0.1:" + api.port() + "\"";
    for (String part :
        List.of(
            "kubelet_certificate_manager_client_ttl_seconds 3",
            "kubelet_certificate_manager_client_expiration_renew_errors ",
            "kubelet_server_expiration_renew_errors ",
            "rest_client_requests_total{code=\"201\"," + host + ",method=\"POST\"} ",
            "rest_client_request_duration_seconds_count{" + host + ",verb=\"GET\"} ")) {
      assertTrue(page.toString().contains("\n" + part), () -> part + " in " + page);
    }
  }

  @Test
  void join_again_needsNoTokenUntilTheCertificateEnded() throws Exception {
    NodeIdentity node = join(Optional.of(tokens.create(Optional.of(Duration.ofHours(1)), "")));
    BigInteger client = serial(node.client());
    node.close();
    NodeIdentity again = join(Optional.empty());
    assertEquals(client, serial(again.client()));
    again.close();

    timer.jump(Duration.ofDays(366));

    IOException refused = assertThrows(IOException.class, () -> join(Optional.empty()));
    assertTrue(refused.getMessage().contains("expired at"), refused.getMessage());
    assertTrue(refused.getMessage().contains("wherry token create"), refused.getMessage());
  }
}

package dev.wherry.kubelet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.PrivateContainerd;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The whole kubelet on a real containerd, against an API server in memory. */
@EnabledIf("dev.wherry.kubelet.fixture.PrivateContainerd#isAvailable")
class KubeletTest {
  private static final Duration LONG = Duration.ofSeconds(240);
  private static final SystemTimer TIMER = new SystemTimer();
  private static final FakeApiClient API = new FakeApiClient(TIMER);
  private static PrivateContainerd containerd;
  private static CertificateAuthority authority;
  private static Kubelet kubelet;

  @BeforeAll
  static void start() throws Exception {
    containerd = PrivateContainerd.start(32);
    authority =
        CertificateAuthority.create("test-ca", Duration.ofDays(1), TIMER, new SecureRandom());
    TlsIdentity serving = issue("system:node:node-1", "system:nodes", CertificateUse.SERVER);
    KubeletConfig config =
        KubeletConfig.of(
                "node-1",
                "127.0.0.1",
                containerd.directory("kubelet"),
                containerd.endpoint(),
                "v1.36.0")
            .withPodLogsDir(containerd.directory("logs"))
            .withServerPort(0);
    kubelet =
        Kubelet.start(
            config,
            API,
            () -> serving,
            List.of(authority.certificate()),
            page -> page.gauge("of_the_owner", "What the owner counts.", 7),
            TIMER,
            new Random(1));
  }

  private static TlsIdentity issue(String user, String group, CertificateUse use) {
    return authority.issue(
        Subject.of(user, group),
        AlternativeNames.of(List.of("localhost", "127.0.0.1")),
        use,
        Duration.ofHours(1));
  }

  @AfterAll
  static void stop() throws Exception {
    kubelet.close();
    containerd.close();
  }

  private static Pod awaitPod(String name, Predicate<Pod> condition) {
    Await.until(
        LONG,
        () -> "pod " + API.list(Pod.KIND, "", ListOptions.ALL).items(),
        () ->
            API.list(Pod.KIND, "default", ListOptions.ALL).items().stream()
                .anyMatch(p -> p.metadata().name().equals(name) && condition.test(p)));
    return API.get(Pod.KIND, "default", name);
  }

  private static HttpResponse<String> get(String path, TlsIdentity client) throws Exception {
    try (HttpClient http =
        HttpClient.newBuilder()
            .sslContext(TlsContexts.mutual(() -> client, List.of(authority.certificate())))
            .build()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("https://localhost:" + kubelet.serverPort() + path))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** The answer's code to a client without a certificate. */
  private static int codeByToken(String path, String token) throws Exception {
    try (HttpClient http =
        HttpClient.newBuilder()
            .sslContext(TlsContexts.trusting(List.of(authority.certificate())))
            .build()) {
      URI page = URI.create("https://localhost:" + kubelet.serverPort() + path);
      HttpRequest.Builder request = HttpRequest.newBuilder(page);
      if (!token.isEmpty()) {
        request.header("Authorization", "Bearer " + token);
      }
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    }
  }

  @Test
  void token_ofWhomTheApiKnows_readsMetrics() throws Exception {
    API.answerRaw(
        "/apis/authentication.k8s.io/v1/tokenreviews",
        Json.parse(
            "{\"status\": {\"authenticated\": true, \"user\": {\"username\": \"prometheus\"}}}"));
    API.answerRaw(
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        Json.parse("{\"status\": {\"allowed\": true}}"));
    assertEquals(401, codeByToken("/metrics", ""));
    assertEquals(200, codeByToken("/metrics", "of-prometheus"));
    API.answerRaw(
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        Json.parse("{\"status\": {\"allowed\": false}}"));
    assertEquals(403, codeByToken("/stats/summary", "of-prometheus"));
  }

  /** The first line of the answer to an upgrade to SPDY. */
  private static String upgrade(String path, TlsIdentity client) throws Exception {
    var context = TlsContexts.mutual(() -> client, List.of(authority.certificate()));
    try (var socket = context.getSocketFactory().createSocket("localhost", kubelet.serverPort())) {
      String head =
          "POST "
              + path
              + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
              + "X-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n";
      socket.getOutputStream().write(head.getBytes());
      socket.getOutputStream().flush();
      var in = new java.io.BufferedReader(new java.io.InputStreamReader(socket.getInputStream()));
      return String.valueOf(in.readLine());
    }
  }

  @Test
  void node_registers_getsReadyAndKeepsItsLease() {
    Await.until(
        LONG,
        () -> "ready node",
        () ->
            API.list(Node.KIND, "", ListOptions.ALL).items().stream()
                .flatMap(n -> n.status().conditions().stream())
                .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True")));
    Node node = API.get(Node.KIND, "", "node-1");
    assertEquals("linux", node.metadata().labels().get("kubernetes.io/os"));
    assertEquals("110", node.status().capacity().get("pods").toString());
    Await.until(
        LONG,
        () -> "lease",
        () -> !API.list(Lease.KIND, "kube-node-lease", ListOptions.ALL).items().isEmpty());
  }

  @Test
  void pod_runs_servesLogsAndGoesWhenDeleted() throws Exception {
    API.create(
        Pod.KIND,
        Pod.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "web", "namespace": "default"},
                 "spec": {"nodeName": "node-1", "terminationGracePeriodSeconds": 1,
                  "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                    "command": ["sh", "-c", "echo one; echo two; mkdir -p /w; echo hi > /w/index.html; httpd -f -p 8080 -h /w"],
                    "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}}]}}
                """)));
    awaitPod(
        "web",
        p ->
            p.status().conditions().stream()
                .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True")));
    TlsIdentity apiserver =
        issue("kube-apiserver-kubelet-client", "system:masters", CertificateUse.CLIENT);
    awaitPage("/containerLogs/default/web/c", apiserver, "one\ntwo\n"::equals);
    assertEquals("two\n", get("/containerLogs/default/web/c?tailLines=1", apiserver).body());
    awaitPage("/pods", apiserver, page -> page.contains("\"web\""));
    assertEquals(
        "application/json",
        get("/pods", apiserver).headers().firstValue("Content-Type").orElse(""));
    awaitPage("/stats/summary", apiserver, page -> page.contains("\"workingSetBytes\""));
    assertPages(apiserver);
    assertEquals(404, get("/containerLogs/default/web/other", apiserver).statusCode());
    assertTrue(
        upgrade("/exec/default/web/c?command=true&output=1", apiserver)
            .startsWith("HTTP/1.1 101 "));
    TlsIdentity stranger = issue("mallory", "people", CertificateUse.CLIENT);
    assertEquals(403, get("/containerLogs/default/web/c", stranger).statusCode());
    Await.until(
        LONG,
        () -> "events",
        () ->
            API.list(Event.KIND, "default", ListOptions.ALL).items().stream()
                .anyMatch(e -> e.reason().equals("Started")));
    API.delete(Pod.KIND, "default", "web", DeleteOptions.DEFAULT.withGrace(1));
    Await.until(
        LONG,
        () -> "removal",
        () -> API.list(Pod.KIND, "default", ListOptions.ALL).items().isEmpty());
  }

  /** Figures are gathered and counted beside what they are of. */
  private static void awaitPage(String path, TlsIdentity client, Predicate<String> wanted) {
    Await.until(
        LONG, () -> path + ": " + body(path, client), () -> wanted.test(body(path, client)));
  }

  private static String body(String path, TlsIdentity client) {
    try {
      return get(path, client).body();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** What metrics-server and Prometheus read. */
  private static void assertPages(TlsIdentity apiserver) throws Exception {
    String labels = "container=\"c\",namespace=\"default\",pod=\"web\"";
    awaitPage(
        "/metrics/resource",
        apiserver,
        page ->
            page.contains("container_cpu_usage_seconds_total{" + labels + "} ")
                && page.contains("container_start_time_seconds{" + labels + "} ")
                && page.contains("\nresource_scrape_error 0\n"));
    awaitPage(
        "/metrics/cadvisor",
        apiserver,
        page ->
            page.contains("container_network_receive_bytes_total{container=\"\",id=\"/kubepods/")
                && page.contains("machine_cpu_cores ")
                && page.contains("container_cpu_user_seconds_total{container=\"c\""));
    awaitPage(
        "/metrics",
        apiserver,
        page -> page.contains("kubelet_running_pods 1\n") && page.contains("of_the_owner 7\n"));
    awaitPage(
        "/metrics/probes",
        apiserver,
        page -> page.contains("probe_type=\"Readiness\",result=\"successful\"} "));
    assertEquals(404, get("/metrics/nonsense", apiserver).statusCode());
    String port = "\"port\":" + kubelet.serverPort() + ",";
    awaitPage("/configz", apiserver, page -> page.contains(port));
  }
}

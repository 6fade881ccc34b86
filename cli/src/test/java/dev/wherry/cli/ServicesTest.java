package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.lab.Await;
import dev.wherry.cli.lab.Command;
import dev.wherry.cli.lab.TwoHosts;
import dev.wherry.cli.lab.WherryProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Services of a whole cluster: from pods, from their host and from the router beside it. The ranges
 * are not the usual ones.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServicesTest {
  private static final int NODE_PORT = 31080;
  private static final int TRIES = 30;

  /** The host's curl with its libraries; the address and token are those of every pod. */
  private static final String CLIENT =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: %s}
      spec:
        terminationGracePeriodSeconds: 0
        hostNetwork: %s
        volumes:
        - {name: lib, hostPath: {path: /usr/lib}}
        - {name: lib64, hostPath: {path: /usr/lib64, type: DirectoryOrCreate}}
        - {name: curl, hostPath: {path: /usr/bin/curl}}
        containers:
        - name: c
          image: busybox
          volumeMounts:
          - {name: lib, mountPath: /usr/lib}
          - {name: lib, mountPath: /lib}
          - {name: lib64, mountPath: /lib64}
          - {name: curl, mountPath: /tool/curl}
          command:
          - sh
          - -c
          - |
            s=/var/run/secrets/kubernetes.io/serviceaccount
            until /tool/curl -sS --max-time 5 --cacert $s/ca.crt \\
              -H "Authorization: Bearer $(cat $s/token)" -H 'Content-Type: application/json' \\
              -d '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}' \\
              https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/apis/authentication.k8s.io/v1/selfsubjectreviews
            do sleep 1; done
            echo
            sleep 1000
      """;

  private static final String WEB =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: %1$s, labels: {app: web}}
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: c
          image: busybox
          command: [sh, -c, 'mkdir /www; echo %1$s > /www/index.html; httpd -f -p 8080 -h /www']
      """;

  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        type: NodePort
        selector: {app: web}
        ports: [{port: 80, targetPort: 8080, nodePort: %d}]
      """
          .formatted(NODE_PORT);

  private static final String SECOND_RANGE =
      """
      apiVersion: networking.k8s.io/v1
      kind: ServiceCIDR
      metadata: {name: far}
      spec: {cidrs: [203.0.113.0/24]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: far}
      spec:
        clusterIP: 203.0.113.10
        selector: {app: web}
        ports: [{port: 80, targetPort: 8080}]
      """;

  @TempDir static Path folder;
  private TwoHosts hosts;
  private WherryProcess server;

  @BeforeAll
  void start() throws IOException {
    assumeTrue(TwoHosts.isAvailable(), "needs root, ip, nft, containerd, kubectl, busybox");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "needs curl");
    hosts = TwoHosts.build("wsvc");
    new ImageFolder(folder.resolve("s")).importBusybox();
    server =
        WherryProcess.start(
            hosts,
            "srv",
            folder.resolve("s"),
            List.of(
                "server",
                "--node-name=srv",
                "--cluster-cidr=172.20.0.0/22",
                "--service-cidr=172.21.0.0/20"));
    Await.until(server::log, () -> server.log().contains("is ready"));
    Await.until(server::log, () -> server.kubectl("get", "nodes").text().contains(" Ready"));
    Await.until(server::log, () -> server.kubectl("get", "serviceaccount", "default").exit() == 0);
  }

  @AfterAll
  void stop() throws IOException {
    try (TwoHosts net = hosts;
        WherryProcess one = server) {
      assertFalse(hosts == null && server != null);
    }
  }

  private void apply(String name, String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".yaml"), yaml);
    Command applied = server.kubectl("apply", "-f", file.toString());
    assertEquals(0, applied.exit(), applied.text());
  }

  private String text(String... words) {
    try {
      return server.kubectl(words).text();
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void incluster_configuration_worksFromPodAndHostNetwork() throws IOException {
    apply("pod", CLIENT.formatted("pod", false));
    apply("host", CLIENT.formatted("host", true));
    for (String name : List.of("pod", "host")) {
      Await.until(
          () -> text("describe", "pod", name) + text("logs", name) + server.log(),
          () -> text("logs", name).contains("system:serviceaccount:default:default"));
    }
  }

  @Test
  void service_isReachedFromEverywhere_andOutlivesTheServer() throws IOException {
    apply("web", SERVICE);
    apply("web-1", WEB.formatted("web-1"));
    apply("web-2", WEB.formatted("web-2"));
    Await.until(
        () -> text("get", "pods,endpointslices", "-o", "wide") + server.log(),
        () -> said("rt", TwoHosts.SERVER_IP, NODE_PORT).equals(Set.of("web-1", "web-2")));
    String address = text("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
    assertTrue(address.startsWith("172.21."), address);
    assertEquals(Set.of("web-1", "web-2"), said("srv", address, 80));
    String itself = "for i in $(seq %d); do wget -qO- http://%s; done".formatted(TRIES, address);
    Command hairpin = server.kubectl("exec", "web-1", "--", "sh", "-c", itself);
    assertTrue(hairpin.text().contains("web-1"), "it reaches itself: " + hairpin.text());
    assertTrue(hairpin.text().contains("web-2"), hairpin.text());
    secondRange_servesAsTheFirst();

    server.kill();
    assertEquals(Set.of("web-1", "web-2"), said("rt", TwoHosts.SERVER_IP, NODE_PORT));
    server.restart(List.of("server", "--node-name=srv"));
    Await.until(server::log, () -> server.kubectl("get", "nodes").text().contains(" Ready"));
    assertEquals(
        "172.21.0.0/20",
        text("get", "servicecidr", "kubernetes", "-o", "jsonpath={.spec.cidrs[*]}"));
    assertEquals(0, server.kubectl("delete", "pod", "web-1").exit());
    Await.until(
        server::log, () -> said("rt", TwoHosts.SERVER_IP, NODE_PORT).equals(Set.of("web-2")));
  }

  /** Case: upstream's test/e2e/network/service_cidrs.go, and the names of DNS both ways. */
  private void secondRange_servesAsTheFirst() throws IOException {
    apply("far", SECOND_RANGE);
    Await.until(
        () -> text("get", "servicecidrs,services") + server.log(),
        () -> said("srv", "203.0.113.10", 80).equals(Set.of("web-1", "web-2")));
    String names = "wget -qO- http://far; nslookup 203.0.113.10";
    Command pod = server.kubectl("exec", "web-1", "--", "sh", "-c", names);
    assertTrue(pod.text().contains("web-"), pod.text());
    assertTrue(pod.text().contains("far.default.svc.cluster.local"), pod.text());
    text("delete", "servicecidr", "far", "--wait=false");
    String reason = "jsonpath={.status.conditions[0].reason}";
    Await.until(
        server::log, () -> text("get", "servicecidr", "far", "-o", reason).contains("Terminating"));
    assertEquals(0, server.kubectl("delete", "service", "far").exit());
    assertEquals(0, server.kubectl("wait", "--for=delete", "servicecidr/far").exit());
  }

  /** Who answers when asked many times. */
  private Set<String> said(String host, String address, int port) throws IOException {
    String script =
        "for i in $(seq %d); do curl -s --max-time 5 http://%s:%d || true; done"
            .formatted(TRIES, address, port);
    Command done = hosts.run(host, Map.of(), List.of("sh", "-c", script));
    return new HashSet<>(done.text().lines().toList());
  }
}

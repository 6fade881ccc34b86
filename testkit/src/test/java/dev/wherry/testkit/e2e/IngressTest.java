package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.testkit.Machines;
import dev.wherry.testkit.Output;
import dev.wherry.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Deployment on two nodes behind a Service and an Ingress with TLS, asked by curl from outside,
 * in a cluster whose nodes, pods and Services have IPv6 addresses alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class IngressTest {
  private static final String OBJECTS =
      """
      ---
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: site}, spec: {replicas: 2,
        selector: {matchLabels: {app: site}}, template: {metadata: {labels: {app: site}},
          spec: {terminationGracePeriodSeconds: 1, topologySpreadConstraints: [{maxSkew: 1,
            topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule,
            labelSelector: {matchLabels: {app: site}}}], containers: [{name: main,
            image: busybox,
            command: [sh, -c, "mkdir /w; hostname > /w/index.html; exec httpd -f -p 8080 -h /w"],
            readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}}]}}}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: site}, spec: {type: LoadBalancer,
        selector: {app: site}, ports: [{name: http, port: 8000, targetPort: 8080}]}}
      ---
      {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: site,
        annotations: {wherry.dev/ssl-redirect: "true"}}, spec: {
        tls: [{hosts: [site.test], secretName: site}], rules: [{host: site.test, http: {paths: [
          {path: /, pathType: Prefix, backend: {service: {name: site, port: {name: http}}}}]}}]}}
      """;

  private static final String CLOSED =
      """
      {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed}, spec: {
        podSelector: {matchLabels: {app: site}}, policyTypes: [Ingress], ingress: [%s]}}
      """;

  /** Of at most eight characters, and of no other run on this machine. */
  private static final String NAME = "s" + ProcessHandle.current().pid() % 10_000_000;

  private static final Program SHELL = new Program(List.of("sh", "-c"), Map.of());

  @TempDir static Path folder;
  private Machines machines;
  private Program kubectl;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this kernel has no IPv6");
    machines = Machines.start(NAME, List.of("--nodes=2", "--busybox", "--ipv6"));
    kubectl = machines.kubectl(Kubectls.paths().getFirst());
    apply(OBJECTS);
    kubectl.run("rollout", "status", "deployment/site", "--timeout=200s").orThrow();
  }

  @AfterAll
  void stop() throws Exception {
    if (machines != null) {
      machines.close();
    }
  }

  private void apply(String yaml) throws Exception {
    Path file = Files.writeString(folder.resolve("objects.yaml"), "---\n" + yaml);
    kubectl.run("apply", "-f", file.toString()).orThrow();
  }

  /** What kubectl says of objects, by a JSON path. */
  private String path(String objects, String path) throws Exception {
    List<String> words = new ArrayList<>(List.of("get"));
    words.addAll(List.of(objects.split(" ")));
    words.addAll(List.of("-o", "jsonpath={" + path + "}"));
    return kubectl.run(words.toArray(String[]::new)).orThrow().strip();
  }

  @Test
  void everything_hasIpv6AddressesAlone() throws Exception {
    String nodes = path("nodes", ".items[*].status.addresses[?(@.type=='InternalIP')].address");
    String pods = path("pods", ".items[*].status.podIPs[*].ip");
    String services = path("services -A", ".items[*].spec.clusterIPs[*]");
    for (String all : List.of(nodes, pods, services)) {
      assertTrue(all.matches("(fd[0-9a-f:]+ ?){2,}"), all);
    }
    assertEquals("IPv6 IPv6 IPv6", path("services -A", ".items[*].spec.ipFamilies[*]"));
  }

  @Test
  void pods_reachServicesByNameAndEnvironment_nodesTheApiByItsCertificate() throws Exception {
    String ask = "for i in 1 2 3 4 5 6 7 8; do timeout 3 wget -qO- http://site:8000; done";
    for (String pod : path("pods", ".items[*].metadata.name").split(" ")) {
      kubectl.await(pod, "exec", "deployment/site", "--", "sh", "-c", ask);
    }
    String environment = kubectl.run("exec", "deployment/site", "--", "env").orThrow();
    assertTrue(environment.contains("KUBERNETES_SERVICE_HOST=fd00:43::1\n"), environment);
    assertTrue(environment.contains("KUBERNETES_PORT=tcp://[fd00:43::1]:443\n"), environment);
    List<String> there = new ArrayList<>(machines.on(NAME + "-2").command());
    there.addAll(kubectl.command());
    new Program(there, kubectl.environment())
        .await("ok", "--server=https://[fd00:43::1]:443", "get", "--raw=/readyz");
  }

  @Test
  void service_byNodePortAndBalancedAddress_answersFromOutside_unlessAPolicyForbids()
      throws Exception {
    String node = path("node " + NAME + "-2", ".status.addresses[0].address");
    String port = path("service site", ".spec.ports[0].nodePort");
    SHELL.await("site-", asking(node, port));
    kubectl.await(node, "get", "service", "site", "-o", "jsonpath={.status.loadBalancer}");
    SHELL.await("site-", asking(node, "8000"));

    apply(CLOSED.formatted(""));
    SHELL.await("silent", asking(node, port));
    apply(CLOSED.formatted("{from: [{ipBlock: {cidr: 'fd00::/8'}}]}"));
    SHELL.await("site-", asking(node, port));
    kubectl.run("delete", "networkpolicy", "closed").orThrow();
  }

  private static String asking(String address, String port) {
    return "curl -s --max-time 2 'http://[%s]:%s' || echo silent".formatted(address, port);
  }

  @Test
  void curl_byHttpsToTwoPods_isAnsweredByBothAndByNoneAfterwards() throws Exception {
    Path certificate = SiteSecret.create(kubectl, folder);
    kubectl
        .run(
            "wait",
            "--for=jsonpath={.status.loadBalancer.ingress[0].ip}",
            "ingress/site",
            "--timeout=200s")
        .orThrow();

    // The proxy learns of certificate, route and endpoints on its own.
    Set<String> pods = new HashSet<>();
    while (pods.size() < 2) {
      Output answer = curl(certificate, "https://site.test/");
      if (answer.exit() == 0 && answer.text().startsWith("site-")) {
        pods.add(answer.text().strip());
      }
    }
    String ready = kubectl.run("get", "pods", "-o", "jsonpath={.items[*].metadata.name}").orThrow();
    assertEquals(Set.of(ready.split(" ")), pods);
    assertEquals(
        "308 https://site.test/x",
        curl(
                certificate,
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{redirect_url}",
                "http://site.test/x")
            .orThrow());

    kubectl.run("delete", "ingress/site").orThrow();
    while (curl(certificate, "https://site.test/").exit() == 0) {
      kubectl.run("get", "ingress").orThrow();
    }
  }

  /** On this host, which is on the nodes' link; asks the first node. */
  private Output curl(Path authority, String... arguments) throws Exception {
    String node = "[" + path("node " + NAME + "-1", ".status.addresses[0].address") + "]";
    List<String> all =
        new ArrayList<>(List.of("-sS", "--max-time", "10", "--cacert", authority.toString()));
    for (int port : List.of(443, 80)) {
      all.addAll(List.of("--resolve", "site.test:%d:%s".formatted(port, node)));
    }
    all.addAll(List.of(arguments));
    return new Program(List.of("curl"), Map.of()).run(all.toArray(String[]::new));
  }
}

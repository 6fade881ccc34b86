package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.testkit.Machines;
import dev.wherry.testkit.Program;
import dev.wherry.testkit.software.SoftwareImages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packets between pods of two nodes, as {@code wherry cluster} makes them on one machine, of both
 * IP families.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TwoNodesTest {
  /** Says who asked and who answers. */
  private static final String WEB =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web-%1$d, labels: {app: web}}
      spec:
        terminationGracePeriodSeconds: 0
        nodeName: %2$s-%1$d
        containers:
        - name: c
          image: busybox
          command:
          - sh
          - -c
          - |
            mkdir -p /www/cgi-bin
            printf '#!/bin/sh\\necho; echo $REMOTE_ADDR web-%1$d\\n' > /www/cgi-bin/who
            chmod +x /www/cgi-bin/who
            exec httpd -f -p 8080 -h /www
      ---
      """;

  /** Takes more than the third node has. */
  private static final String GREEDY =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: greedy}
      spec:
        nodeName: %s-3
        restartPolicy: Never
        containers:
        - name: c
          image: busybox
          command: [sh, -c, "head -c 600m /dev/zero | tail; exit $?"]
      """;

  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        ipFamilyPolicy: RequireDualStack
        selector: {app: web}
        ports: [{port: 80, targetPort: 8080}]
      """;

  private static final String POLICY =
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: six}
      spec:
        podSelector: {matchLabels: {app: web}}
        policyTypes: [Ingress]
        ingress: %s
      """;

  /** Three of nginx on two nodes, by name inside and by TLS from outside. */
  private static final String SITE =
      """
      ---
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: site}, spec: {replicas: 3,
        selector: {matchLabels: {app: site}}, template: {metadata: {labels: {app: site}}, spec: {
          terminationGracePeriodSeconds: 1, topologySpreadConstraints: [{maxSkew: 1,
            topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule,
            labelSelector: {matchLabels: {app: site}}}], securityContext: {runAsUser: 33},
          containers: [{name: nginx, image: "%s1", ports: [{name: http, containerPort: 8080}],
            readinessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 1}}]}}}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: site}, spec: {selector: {app: site},
        ports: [{name: http, port: 80, targetPort: http}]}}
      ---
      {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: site}, spec: {
        tls: [{hosts: [site.test], secretName: site}], rules: [{host: site.test, http: {paths: [
          {path: /, pathType: Prefix, backend: {service: {name: site, port: {name: http}}}}]}}]}}
      """;

  /** From when a node's loss is seen until answers must go on, and how long they are looked at. */
  private static final Duration ANSWERS_MAX = Duration.ofSeconds(5);

  private static final Duration WATCHED = Duration.ofSeconds(12);

  private static final String RELAYED =
      "{.status.conditions[?(@.type=='wherry.dev/PodTrafficRelayed')].status}";

  /** Of at most eight characters, and of no other run on this machine. */
  private static final String NAME = "t" + ProcessHandle.current().pid() % 10_000_000;

  @TempDir static Path folder;
  private Machines machines;
  private Program kubectl;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    String pool =
        "--up=--load-balancer-pool=%1$s.240-%1$s.250,%2$sf0/124".formatted(network(), network6());
    String pods = "--up=--cluster-cidr=10.42.0.0/16,fd00:42::/48";
    String services = "--up=--service-cidr=10.43.0.0/16,fd00:43::/112";
    machines = Machines.start(NAME, List.of("--nodes=2", "--busybox", pool, pods, services));
    kubectl = machines.kubectl(Kubectls.paths().getFirst());
    kubectl.await("serviceaccount/default", "get", "serviceaccounts", "-o", "name");
    Path file =
        Files.writeString(
            folder.resolve("web.yaml"), WEB.formatted(1, NAME) + WEB.formatted(2, NAME) + SERVICE);
    kubectl.run("apply", "-f", file.toString()).orThrow();
    kubectl.run("wait", "--for=condition=Ready", "pod", "--all", "--timeout=200s").orThrow();
  }

  @AfterAll
  void stop() throws Exception {
    if (machines != null) {
      machines.close();
      assertFalse(Files.exists(Path.of("/sys/class/net/w-" + NAME)));
      assertFalse(Files.exists(Path.of("/run/netns/wherry-" + NAME + "-1")));
      assertEquals(List.of(), groups(3), "cgroups stayed");
    }
  }

  /** The cgroups of a node's machine, one in each hierarchy. */
  private static List<Path> groups(int number) throws Exception {
    List<Path> found = new ArrayList<>();
    Path root = Path.of("/sys/fs/cgroup");
    try (var hierarchies = Files.newDirectoryStream(root, Files::isDirectory)) {
      hierarchies.forEach(found::add);
    }
    found.add(root);
    String name = "wherry-" + NAME + "-" + number;
    return found.stream().map(one -> one.resolve(name)).filter(Files::exists).toList();
  }

  /** The range that {@code wherry cluster} makes of the name. */
  private static String network() {
    return "10.78." + hash();
  }

  private static String network6() {
    return "fd57:4e:%x::".formatted(hash());
  }

  private static long hash() {
    CRC32 sum = new CRC32();
    sum.update(NAME.getBytes(StandardCharsets.UTF_8));
    return sum.getValue() & 0xff;
  }

  @Test
  void addressOfThePool_movesWithItsNode_andAnswersOnTheLink() throws Exception {
    kubectl
        .run("patch", "service", "web", "-p", "{\"spec\": {\"type\": \"LoadBalancer\"}}")
        .orThrow();
    String[] ask = {"get", "service", "web", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}"};
    String address = kubectl.await(network() + ".2", ask).strip();
    awaitAnswer(address);
    awaitAnswer(
        kubectl
            .await(
                network6(),
                "get",
                "service",
                "web",
                "-o",
                "jsonpath={.status.loadBalancer.ingress[1].ip}")
            .strip());
    String[] holder = {
      "get",
      "leases",
      "-n",
      "kube-system",
      "-o",
      "jsonpath={.items[?(@.metadata.name=='wherry-address-%s')].spec.holderIdentity}"
          .formatted(address.replace('.', '-'))
    };
    String before = kubectl.await(NAME, holder).strip();
    String other = before.endsWith("-1") ? NAME + "-2" : NAME + "-1";
    String label = "node.kubernetes.io/exclude-from-external-load-balancers";
    kubectl.run("label", "node", before, label + "=").orThrow();
    kubectl.await(other, holder);
    Program there = machines.on(other);
    there.await(address + "/32", "ip", "-o", "addr", "show", "dev", "eth0");
    awaitAnswer(address);
    kubectl.run("label", "node", before, label + "-").orThrow();
  }

  /** From this host, which is on the nodes' link. */
  private static void awaitAnswer(String address) throws Exception {
    String script =
        "exec 3<>/dev/tcp/%s; printf 'GET /cgi-bin/who HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    new Program(List.of("timeout", "3", "bash", "-c"), Map.of())
        .await("web-", script.formatted(address.contains("/") ? address : address + "/80"));
  }

  private String address(int number) throws Exception {
    return kubectl
        .run("get", "pod", "web-" + number, "-o", "jsonpath={.status.podIP}")
        .orThrow()
        .strip();
  }

  private String address6(int number) throws Exception {
    return kubectl
        .run("get", "pod", "web-" + number, "-o", "jsonpath={.status.podIPs[1].ip}")
        .orThrow()
        .strip();
  }

  private String url6(int number) throws Exception {
    return "http://[" + address6(number) + "]:8080";
  }

  private static String[] asking(String address) {
    return from(1, address);
  }

  private static String[] from(int number, String address) {
    String script = "for i in 1 2 3 4 5 6 7 8; do timeout 3 wget -qO- %s/cgi-bin/who; done";
    return new String[] {"exec", "web-" + number, "--", "sh", "-c", script.formatted(address)};
  }

  private void assertBothAnswer() throws Exception {
    kubectl.await("] web-1", asking("http://web"));
    kubectl.await("] web-2", asking("http://web"));
    kubectl.await(address(1) + "] web-2", asking("http://" + address(2) + ":8080"));
    kubectl.await("[" + address6(1) + "] web-2", asking(url6(2)));
  }

  /** Behind a router that lets no UDP in, so that its pods are reached through its tunnel. */
  @Test
  void pods_ofANodeBehindAMasqueradingRouter_areReachedThroughItsTunnel() throws Exception {
    machines.add(List.of("--nodes=3", "--nat", "--busybox", "--memory=512Mi", "--cpus=1"));
    Path file = Files.writeString(folder.resolve("web-3.yaml"), WEB.formatted(3, NAME));
    kubectl.run("apply", "-f", file.toString()).orThrow();
    kubectl.run("wait", "--for=condition=Ready", "pod/web-3", "--timeout=120s").orThrow();
    for (int other = 1; other <= 2; other++) {
      String source = address(other) + "] web-3";
      kubectl.await(source, from(other, "http://" + address(3) + ":8080"));
      kubectl.await(address(3) + "] web-" + other, from(3, "http://" + address(other) + ":8080"));
      kubectl.await("True", "get", "node", NAME + "-" + other, "-o", "jsonpath=" + RELAYED);
    }
    kubectl.await("[" + address6(1) + "] web-3", from(1, url6(3)));
    kubectl.await("[" + address6(3) + "] web-2", from(3, url6(2)));
    assertLimited();
    kubectl.run("delete", "-f", file.toString()).orThrow();
  }

  /** The third node says what it may use, and who takes more there ends alone. */
  private void assertLimited() throws Exception {
    String[] amounts = {
      "get", "node", NAME + "-3", "-o", "jsonpath={.status.capacity['cpu','memory']}"
    };
    assertEquals("1 512Mi", kubectl.run(amounts).orThrow().strip());
    assertFalse(groups(3).isEmpty());
    Path file = Files.writeString(folder.resolve("greedy.yaml"), GREEDY.formatted(NAME));
    kubectl.run("apply", "-f", file.toString()).orThrow();
    String[] state = {
      "get",
      "pod",
      "greedy",
      "-o",
      "jsonpath={.status.phase} {.status.reason}"
          + "{.status.containerStatuses[0].state.terminated.reason}"
    };
    String end = kubectl.await("Failed", state).strip();
    System.out.println("greedy: " + end);
    assertTrue(end.contains("OOMKilled") || end.contains("Evicted"), end);
    String ready = "{.items[*].status.conditions[?(@.type=='Ready')].status}";
    kubectl.await("True True True", "get", "nodes", "-o", "jsonpath=" + ready);
    kubectl.await("] web-1", from(3, "http://" + address(1) + ":8080"));
    String restarts = "jsonpath={.items[*].status.containerStatuses[0].restartCount}";
    assertEquals("0 0 0", kubectl.run("get", "pods", "-l", "app=web", "-o", restarts).text());
    kubectl.run("delete", "-f", file.toString()).orThrow();
  }

  @Test
  void pods_ofTwoNodes_seeEachOther_byIpv6() throws Exception {
    kubectl.await("[" + address6(1) + "] web-2", asking(url6(2)));
    String service =
        kubectl
            .run("get", "service", "web", "-o", "jsonpath={.spec.clusterIPs[1]}")
            .orThrow()
            .strip();
    assertTrue(service.startsWith("fd00:43::"), service);
    kubectl.await("web-2", asking("http://[" + service + "]"));
    kubectl.await("web-1", asking("http://[" + service + "]"));
    kubectl.await(
        service, "exec", "web-1", "--", "nslookup", "-type=AAAA", "web.default.svc.cluster.local");
    kubectl.run("patch", "service", "web", "-p", "{\"spec\": {\"type\": \"NodePort\"}}").orThrow();
    String port =
        kubectl.run("get", "service", "web", "-o", "jsonpath={.spec.ports[0].nodePort}").orThrow();
    awaitAnswer(network6() + "12/" + port.strip());
  }

  /** Frames lost each way, then none at all, then all again. */
  @Test
  void link_losesFramesAndIsCut_namesServicesAndNodesHold() throws Exception {
    machines.link("2:loss=10%");
    assertBothAnswer();
    machines.link("2:down");
    kubectl.await("refused", refusing("http://" + address(2) + ":8080"));
    kubectl.await("] web-1", asking("http://web"));
    machines.link("2:up");
    assertBothAnswer();
    String ready = "{.items[*].status.conditions[?(@.type=='Ready')].status}";
    kubectl.await("True True", "get", "nodes", "-o", "jsonpath=" + ready);
  }

  /**
   * Real parts in one: curl from outside by TLS and a name inside go on when a node is away, within
   * five seconds of the moment when its silence is noticed.
   */
  @Test
  void nginx_behindNameAndTls_answersOnWithoutANode() throws Exception {
    assumeTrue(SoftwareImages.available(), "./dev test installs it");
    Path image = SoftwareImages.nginx(folder, "1");
    machines.load(1, image);
    machines.load(2, image);
    Path certificate = SiteSecret.create(kubectl, folder);
    Path file =
        Files.writeString(folder.resolve("site.yaml"), SITE.formatted(SoftwareImages.NGINX));
    kubectl.run("apply", "-f", file.toString()).orThrow();
    kubectl.run("rollout", "status", "deployment/site", "--timeout=200s").orThrow();
    String[] nodes = {"get", "pods", "-l", "app=site", "-o", "jsonpath={.items[*].spec.nodeName}"};
    String where = kubectl.run(nodes).orThrow();
    assertTrue(where.contains(NAME + "-1") && where.contains(NAME + "-2"), where);
    Program curl = curl(certificate);
    Program wget = inFirstPod("timeout", "2", "wget", "-qO-");
    curl.await("1", "https://site.test/");
    wget.await("1", "http://site");

    machines.link("2:down");
    String ready = "jsonpath={.status.conditions[?(@.type=='Ready')].status}";
    kubectl.await("Unknown", "get", "node", NAME + "-2", "-o", ready);
    long seen = System.nanoTime();
    long lastFailure = 0;
    int answers = 0;
    while (System.nanoTime() - seen < WATCHED.toNanos()) {
      boolean well =
          curl.run("https://site.test/").text().equals("1")
              && wget.run("http://site").text().equals("1");
      lastFailure = well ? lastFailure : System.nanoTime() - seen;
      answers += well ? 1 : 0;
    }
    kubectl.await("False", "get", "pod", "web-2", "-o", ready);
    machines.link("2:up");
    kubectl.await("True", "get", "node", NAME + "-2", "-o", ready);
    kubectl.await("True", "get", "pod", "web-2", "-o", ready);
    System.out.println("answers=" + answers + " lastFailureMillis=" + lastFailure / 1_000_000);
    assertTrue(answers > 0);
    assertTrue(lastFailure < ANSWERS_MAX.toNanos(), "the last failure after " + lastFailure);
    kubectl.run("delete", "-f", file.toString()).orThrow();
    kubectl.run("delete", "secret", "site").orThrow();
  }

  /** Runs commands in the first node's pod. */
  private Program inFirstPod(String... words) {
    List<String> all = new ArrayList<>(kubectl.command());
    all.addAll(List.of("exec", "web-1", "--"));
    all.addAll(List.of(words));
    return new Program(all, kubectl.environment());
  }

  /** On this host, which is on the nodes' link; asks the first node. */
  private static Program curl(Path authority) {
    String resolve = "site.test:443:" + network() + ".11";
    return new Program(
        List.of(
            "curl",
            "-sS",
            "--max-time",
            "2",
            "--cacert",
            authority.toString(),
            "--resolve",
            resolve),
        Map.of());
  }

  @Test
  void policies_judgeBothFamilies() throws Exception {
    apply(POLICY.formatted("[]"));
    kubectl.await("refused", refusing(url6(2)));
    kubectl.await("refused", refusing("http://" + address(2) + ":8080"));
    apply(POLICY.formatted("[{from: [{ipBlock: {cidr: 'fd00:42::/48'}}]}]"));
    kubectl.await("] web-2", asking(url6(2)));
    kubectl.await("refused", refusing("http://" + address(2) + ":8080"));
    kubectl.run("delete", "networkpolicy", "six").orThrow();
    assertBothAnswer();
  }

  private void apply(String yaml) throws Exception {
    Path file = Files.writeString(folder.resolve("policy.yaml"), yaml);
    kubectl.run("apply", "-f", file.toString()).orThrow();
  }

  private static String[] refusing(String address) {
    String script = "timeout 2 wget -qO- %s/cgi-bin/who || echo refused";
    return new String[] {"exec", "web-1", "--", "sh", "-c", script.formatted(address)};
  }

  @Test
  void pods_ofTwoNodes_seeEachOther_byAddressAndByName() throws Exception {
    String first = address(1);
    String direct = kubectl.await("web-2", asking("http://" + address(2) + ":8080"));
    assertTrue(direct.contains(first + "] web-2"), "the source is kept: " + direct);
    assertBothAnswer();

    Program node = machines.on(NAME + "-1");
    node.run("nft", "flush", "ruleset").orThrow();
    String route = address(2).replaceFirst("\\d+$", "0/24");
    node.run("ip", "route", "del", route).orThrow();
    node.run("ip", "-6", "route", "del", address6(2).replaceFirst("::.*$", "::/64")).orThrow();
    assertBothAnswer();
    kubectl.await(
        "False",
        "get",
        "node",
        NAME + "-2",
        "-o",
        "jsonpath={.status.conditions[?(@.type=='NetworkUnavailable')].status}");
  }
}

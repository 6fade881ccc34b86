package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.lab.Await;
import dev.wherry.cli.lab.Command;
import dev.wherry.cli.lab.OutsideDns;
import dev.wherry.cli.lab.TwoHosts;
import dev.wherry.cli.lab.WherryProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Names as pods on two nodes resolve them with the C library's resolver, each by its own node's
 * agent; a server beside the router knows the outside. The ranges are not the usual ones, and the
 * agent is told nothing of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterDnsTest {
  private static final int OUTSIDE_PORT = 5300;

  /** The host's getent with its libraries. */
  private static final String CLIENT =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: %1$s, labels: {app: %1$s}}
      spec:
        terminationGracePeriodSeconds: 0
        nodeName: %2$s
        %3$s
        volumes:
        - {name: lib, hostPath: {path: /usr/lib}}
        - {name: lib64, hostPath: {path: /usr/lib64, type: DirectoryOrCreate}}
        - {name: getent, hostPath: {path: /usr/bin/getent}}
        containers:
        - name: c
          image: busybox
          volumeMounts:
          - {name: lib, mountPath: /usr/lib}
          - {name: lib, mountPath: /lib}
          - {name: lib64, mountPath: /lib64}
          - {name: getent, mountPath: /tool/getent}
          command: [sleep, '1000']
      """;

  private static final String SERVICES =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        clusterIP: 172.21.0.77
        selector: {app: one}
        ports: [{name: http, port: 80}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec:
        clusterIP: None
        selector: {app: one}
        ports: [{name: sql, port: 5432}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: ext}
      spec: {type: ExternalName, externalName: outside.example}
      """;

  @TempDir static Path folder;
  private TwoHosts hosts;
  private WherryProcess server;
  private WherryProcess agent;
  private Process outside;

  @BeforeAll
  void start() throws IOException {
    assumeTrue(TwoHosts.isAvailable(), "needs root, ip, nft, containerd, kubectl, busybox");
    hosts = TwoHosts.build("wdns");
    startOutside();
    for (String node : List.of("s", "a")) {
      new ImageFolder(folder.resolve(node)).importBusybox();
    }
    server =
        WherryProcess.start(
            hosts,
            "srv",
            folder.resolve("s"),
            List.of(
                "server",
                "--node-name=srv",
                "--cluster-cidr=172.20.0.0/22",
                "--service-cidr=172.21.0.0/20",
                "--dns-forward=.=10.77.1.1:" + OUTSIDE_PORT));
    Await.until(server::log, () -> server.log().contains("is ready"));
    agent =
        WherryProcess.start(
            hosts,
            "ag",
            folder.resolve("a"),
            List.of(
                "agent",
                "--server=https://" + TwoHosts.SERVER_IP + ":6443",
                "--token=" + token(),
                "--node-name=ag",
                "--dns-forward=.=10.77.2.1:" + OUTSIDE_PORT));
    Await.until(
        () -> server.log() + agent.log(),
        () ->
            server.kubectl("get", "nodes").text().lines().filter(l -> l.contains(" Ready")).count()
                == 2);
    Await.until(server::log, () -> server.kubectl("get", "serviceaccount", "default").exit() == 0);
    apply("services", SERVICES);
  }

  private void startOutside() throws IOException {
    outside =
        new ProcessBuilder(hosts.on("rt", OutsideDns.command(OUTSIDE_PORT)))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("outside.log").toFile())
            .start();
  }

  private String token() throws IOException {
    List<String> words =
        new ArrayList<>(
            WherryProcess.command(List.of("token", "create", "--data-dir=" + server.data())));
    Command made = hosts.run("srv", Map.of(), words);
    assertEquals(0, made.exit(), made.text());
    return made.text().strip().lines().toList().getLast().strip();
  }

  @AfterAll
  void stop() throws IOException {
    if (outside != null) {
      outside.destroyForcibly().onExit().join();
    }
    try (TwoHosts net = hosts;
        WherryProcess one = server;
        WherryProcess two = agent) {
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

  private void pod(String name, String node, String spec) throws IOException {
    apply(name, CLIENT.formatted(name, node, spec));
    Await.until(
        () -> text("describe", "pod", name) + server.log() + agent.log(),
        () -> text("get", "pod", name).contains("Running"));
  }

  private void resolves(String pod, String name, String answer) throws IOException {
    Await.until(
        () ->
            pod
                + ": "
                + name
                + ": "
                + text("exec", pod, "--", "/tool/getent", "ahostsv4", name)
                + text("exec", pod, "--", "cat", "/etc/resolv.conf")
                + text("get", "endpointslices", "-A", "-o", "yaml")
                + server.log()
                + agent.log(),
        () -> text("exec", pod, "--", "/tool/getent", "ahostsv4", name).startsWith(answer));
  }

  @Test
  void names_fromPodsOfBothNodes_areResolved() throws IOException {
    pod("one", "srv", "hostname: db-0\n  subdomain: db");
    pod("two", "ag", "");
    pod("host", "ag", "hostNetwork: true\n  dnsPolicy: ClusterFirstWithHostNet");
    String one = text("get", "pod", "one", "-o", "jsonpath={.status.podIP}");
    assertTrue(one.startsWith("172.20."), one);
    for (String pod : List.of("one", "two", "host")) {
      resolves(pod, "kubernetes.default", "172.21.0.1 ");
      resolves(pod, "kubernetes.default.svc.cluster.local", "172.21.0.1 ");
      resolves(pod, "web", "172.21.0.77 ");
      resolves(pod, "kube-dns.kube-system.svc", "172.21.0.10 ");
      resolves(pod, "db", one + " ");
      resolves(pod, "db-0.db", one + " ");
      resolves(pod, OutsideDns.NAME, OutsideDns.ADDRESS + " ");
      resolves(pod, "ext", OutsideDns.ADDRESS + " ");
    }
    assertTrue(
        text("exec", "two", "--", "cat", "/etc/resolv.conf")
            .startsWith(
                "search default.svc.cluster.local svc.cluster.local cluster.local\n"
                    + "nameserver 172.21.0.10\noptions ndots:5\n"));
    eachNode_answersItsOwn();
    withoutServer_agentAnswers();
  }

  /** Both nodes are endpoints, and the agent counted what its pods asked. */
  private void eachNode_answersItsOwn() throws IOException {
    Await.until(
        () -> "both nodes' endpoints",
        () ->
            text(("get endpointslices -n kube-system -l kubernetes.io/service-name=kube-dns"
                        + " --sort-by=.metadata.name -o"
                        + " jsonpath={.items[*].endpoints[*].nodeName}")
                    .split(" "))
                .equals("ag srv"));
    Command metrics =
        hosts.run(
            "ag",
            Map.of(),
            List.of("busybox", "wget", "-q", "-O", "-", "http://10.77.2.2:9153/metrics"));
    assertTrue(
        metrics.text().contains("zone=\"cluster.local.\",rcode=\"NOERROR\""), metrics.text());
  }

  /** What an agent knows it says also while nobody controls the cluster. */
  private void withoutServer_agentAnswers() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/dig")), "needs dig; ./dev test has it");
    server.kill();
    for (String transport : List.of("+notcp", "+tcp")) {
      Command asked =
          hosts.run(
              "ag",
              Map.of(),
              List.of("dig", "@172.21.0.10", transport, "+short", "web.default.svc.cluster.local"));
      assertEquals("172.21.0.77\n", asked.text());
    }
  }
}

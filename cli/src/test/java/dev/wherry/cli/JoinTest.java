package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.lab.Await;
import dev.wherry.cli.lab.Command;
import dev.wherry.cli.lab.TwoHosts;
import dev.wherry.cli.lab.WherryProcess;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.ContainerdDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A server and an agent behind a masquerading router that lets no connection in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JoinTest {
  private static final String URL = "https://" + TwoHosts.SERVER_IP + ":6443";
  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: %s}
      spec:
        terminationGracePeriodSeconds: 0
        nodeSelector: {%s}
        containers:
        - name: c
          image: busybox
          command: [sh, -c, 'echo said by %s; sleep 1000']
          resources: {requests: {cpu: 100m, memory: 16Mi}}
      """;

  @TempDir static Path folder;
  private TwoHosts hosts;
  private WherryProcess server;
  private WherryProcess agent;
  private String token;

  @BeforeAll
  void start() throws IOException {
    assumeTrue(TwoHosts.isAvailable(), "needs root, ip, nft, containerd, kubectl, busybox");
    hosts = TwoHosts.build("wjoin");
    server =
        WherryProcess.start(
            hosts, "srv", folder.resolve("s"), List.of("server", "--node-name=srv"));
    Path agentData = folder.resolve("a");
    new ImageFolder(agentData).importBusybox();
    Await.until(server::log, () -> server.log().contains("is ready"));
    Command made = wherry("srv", server.data(), "token", "create", "--print-join-command");
    assertEquals(0, made.exit(), made.text());
    String line =
        made.text().lines().filter(l -> l.startsWith("wherry agent")).findFirst().orElseThrow();
    List<String> words = new ArrayList<>(List.of(line.split(" ")).subList(1, 6));
    assertEquals(URL, words.get(2));
    token = words.get(4);
    words.addAll(List.of("--node-name=ag", "--label=disk=ssd"));
    agent = WherryProcess.start(hosts, "ag", agentData, words);
    Await.until(
        () -> server.log() + agent.log(),
        () ->
            server.kubectl("get", "nodes").text().lines().filter(l -> l.contains(" Ready")).count()
                == 2);
    Await.until(server::log, () -> server.kubectl("get", "serviceaccount", "default").exit() == 0);
  }

  @AfterAll
  void stop() throws IOException {
    try (TwoHosts net = hosts;
        WherryProcess one = server;
        WherryProcess two = agent) {
      assertFalse(hosts == null && server != null);
    }
  }

  private Command wherry(String host, Path data, String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--data-dir=" + data);
    return hosts.run(host, Map.of(), WherryProcess.command(all));
  }

  private void apply(String name, String selector) throws IOException {
    Path file =
        Files.writeString(folder.resolve(name + ".yaml"), POD.formatted(name, selector, name));
    Command applied = server.kubectl("apply", "-f", file.toString());
    assertEquals(0, applied.exit(), applied.text());
  }

  private void awaitRunning(String name) throws IOException {
    Await.until(
        () -> describe(name) + agent.log(),
        () -> server.kubectl("get", "pod", name).text().contains("Running"));
  }

  private String describe(String name) {
    try {
      return server.kubectl("describe", "pod", name).text();
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void pods_arePackedOntoTheFullerNode_andReachedThroughTheTunnel() throws IOException {
    Command dial =
        hosts.run("srv", Map.of(), List.of("busybox", "nc", "-w", "1", TwoHosts.AGENT_IP, "10250"));
    assertNotEquals(0, dial.exit(), "the router lets connections in");

    apply("first", "disk: ssd");
    awaitRunning("first");
    apply("second", "");
    apply("third", "");
    awaitRunning("second");
    awaitRunning("third");

    String places =
        server.kubectl("get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}").text();
    assertEquals("ag ag ag", places);
    Await.until(
        agent::log, () -> server.kubectl("logs", "second").text().equals("said by second\n"));
    Command exec = server.kubectl("exec", "third", "--", "sh", "-c", "hostname; exit 7");
    assertTrue(exec.text().startsWith("third"), exec.text());
    assertEquals(7, exec.exit());
  }

  @Test
  void node_onceJoined_mayTouchOnlyItself() throws IOException {
    assertEquals(
        "ssd", asAgent("get", "node", "ag", "-o", "jsonpath={.metadata.labels.disk}").text());
    assertTrue(asAgent("label", "node", "srv", "a=b").text().contains("orbidden"));
    assertTrue(asAgent("get", "secrets", "-A").text().contains("orbidden"));
    assertTrue(asAgent("delete", "node", "srv").text().contains("orbidden"));
    for (String key : List.of("client.key", "serving.key")) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(agent.data().resolve("kubelet/pki").resolve(key))));
    }
  }

  private Command asAgent(String... words) throws IOException {
    Path pki = agent.data().resolve("kubelet/pki");
    List<String> all =
        new ArrayList<>(
            List.of(
                "/usr/bin/kubectl",
                "--kubeconfig=/dev/null",
                "--server=" + URL,
                "--certificate-authority=" + pki.resolve("ca.crt"),
                "--client-certificate=" + pki.resolve("client.crt"),
                "--client-key=" + pki.resolve("client.key")));
    all.addAll(List.of(words));
    return hosts.run("ag", Map.of("HOME", "/nonexistent"), all);
  }

  private void assertRefused(String why, String name, String... words) throws IOException {
    Path data = folder.resolve(name);
    List<String> all =
        new ArrayList<>(List.of("agent", "--runtime=containerd", "--node-name=" + name));
    all.addAll(List.of(words));
    Command refused = wherry("ag", data, all.toArray(String[]::new));
    assertEquals(1, refused.exit(), refused.text());
    List<String> lines = refused.text().lines().filter(l -> l.startsWith("error: ")).toList();
    assertEquals(1, lines.size(), refused.text());
    assertTrue(lines.getFirst().contains(why), refused.text());
    assertFalse(refused.text().contains("\tat "), refused.text());
    assertTrue(
        ContainerdDaemon.find(ContainerdConfig.under(data)).isEmpty(), "it left a daemon behind");
  }

  @Test
  void join_wrongOrExpiredToken_saysHowToGetAnother() throws IOException {
    String wrong = token.substring(0, token.length() - 4) + "zzzz";
    assertRefused("wherry token create", "wrong", "--server=" + URL, "--token=" + wrong);
    Command made = wherry("srv", server.data(), "token", "create", "--ttl=1s");
    String expired =
        made.text().lines().filter(l -> l.startsWith("wherry1.")).findFirst().orElseThrow();
    String id = expired.substring(73, 79);
    Await.until(
        server::log,
        () -> !server.kubectl("get", "secrets", "-n", "kube-system").text().contains(id));
    assertRefused("has expired", "expired", "--server=" + URL, "--token=" + expired);
    assertRefused("needs a join token", "none", "--server=" + URL);
  }

  @Test
  void join_otherClustersAuthority_isRefused() throws IOException {
    String other = "wherry1." + "ab".repeat(32) + token.substring(72);
    assertRefused(
        "not the one this join token was made for", "hash", "--server=" + URL, "--token=" + other);
    Path stale = folder.resolve("stale/kubelet/pki");
    Files.createDirectories(stale);
    for (String file : List.of("client.crt", "client.key")) {
      Files.copy(agent.data().resolve("kubelet/pki").resolve(file), stale.resolve(file));
    }
    CertificateAuthority authority =
        CertificateAuthority.create(
            "another", Duration.ofDays(1), InstantSource.system(), new SecureRandom());
    PrivateFiles.writePublic(stale.resolve("ca.crt"), authority.certificatePem());
    assertRefused("another cluster than", "stale", "--server=" + URL);
    assertRefused(
        "another cluster than the join token", "stale", "--server=" + URL, "--token=" + token);
  }
}

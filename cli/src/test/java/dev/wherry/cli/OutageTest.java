package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.lab.Await;
import dev.wherry.cli.lab.Command;
import dev.wherry.cli.lab.TwoHosts;
import dev.wherry.cli.lab.WherryProcess;
import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers outlive the processes that started them, and are found again. */
class OutageTest {
  private static final String PODS =
      """
      {"kind": "List", "apiVersion": "v1", "items": [%s, %s]}
      """;
  private static final String POD =
      """
      {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "on-%1$s"}, "spec": {
        "nodeName": "%1$s", "terminationGracePeriodSeconds": 0, "containers": [{
          "name": "c", "image": "busybox",
          "command": ["sh", "-c", "i=0; while true; do echo $((i++)); sleep 1; done"]}]}}
      """;
  private static final String CONTAINERS =
      "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID}"
          + " {.status.containerStatuses[0].restartCount} {.status.phase}{\"\\n\"}{end}";

  @TempDir Path folder;
  private TwoHosts hosts;
  private WherryProcess server;
  private WherryProcess agent;
  private Path cgroup;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(TwoHosts.isAvailable(), "needs root, ip, nft, containerd, kubectl, busybox");
    hosts = TwoHosts.build("wout");
    cgroup =
        Files.createDirectories(
            unified().resolve("wherry-outage-" + ProcessHandle.current().pid()));
    new ImageFolder(folder.resolve("s")).importBusybox();
    new ImageFolder(folder.resolve("a")).importBusybox();
    server = WherryProcess.start(hosts, "srv", folder.resolve("s"), serverWords());
    Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(server.pid()));
    Await.until(server::log, () -> server.log().contains("is ready"));
    Command made =
        hosts.run(
            "srv",
            java.util.Map.of(),
            WherryProcess.command(List.of("token", "create", "--data-dir=" + server.data())));
    String token =
        made.text().lines().filter(l -> l.startsWith("wherry1.")).findFirst().orElseThrow();
    agent =
        WherryProcess.start(
            hosts,
            "ag",
            folder.resolve("a"),
            List.of(
                "agent",
                "--node-name=ag",
                "--server=https://" + TwoHosts.SERVER_IP + ":6443",
                "--token=" + token));
  }

  private static List<String> serverWords() {
    return List.of("server", "--node-name=srv");
  }

  private static Path unified() {
    Path hybrid = Path.of("/sys/fs/cgroup/unified");
    return Files.exists(hybrid) ? hybrid : Path.of("/sys/fs/cgroup");
  }

  @AfterEach
  void stop() throws IOException {
    if (hosts == null) {
      return;
    }
    try (TwoHosts net = hosts;
        WherryProcess one = server;
        WherryProcess two = agent) {
      assertTrue(net != null && one != null && two != null, "not started");
    } finally {
      // The kernel removes a cgroup once the last process in it is reaped.
      for (Path mine : List.of(cgroup, daemonCgroup("s"), daemonCgroup("a"))) {
        Await.until(mine::toString, () -> mine.toFile().delete() || Files.notExists(mine));
      }
    }
  }

  /** Of the containerd below this data directory; others' may be about to be entered. */
  private Path daemonCgroup(String data) {
    Path root = ContainerdConfig.under(folder.resolve(data)).rootDirectory();
    return unified().resolve("wherry-containerd-" + RunDirectory.name(root));
  }

  private String containers() throws IOException {
    return server.kubectl("get", "pods", "-o", CONTAINERS).text();
  }

  /** Without its account no pod is taken. */
  private void awaitAccount() throws IOException {
    Await.until(server::log, () -> server.kubectl("get", "serviceaccount", "default").exit() == 0);
  }

  private void awaitBothRunning() throws IOException {
    Await.until(
        () -> server.log() + agent.log(),
        () -> {
          String now = containers();
          return now.contains("on-ag containerd://")
              && now.contains("on-srv containerd://")
              && now.lines().filter(line -> line.endsWith(" 0 Running")).count() == 2;
        });
  }

  private void awaitLogs(String pod) throws IOException {
    Await.until(
        () -> server.log() + agent.log(),
        () -> server.kubectl("logs", pod, "--tail=1").text().matches("\\d+\n"));
  }

  @Test
  void containers_serverAndAgentKilled_goOnUnderTheirOldIds() throws IOException {
    Path pods =
        Files.writeString(
            folder.resolve("pods.json"), PODS.formatted(POD.formatted("srv"), POD.formatted("ag")));
    Await.until(agent::log, () -> server.kubectl("get", "nodes").text().contains("ag "));
    awaitAccount();
    assertEquals(0, server.kubectl("apply", "-f", pods.toString()).exit());
    awaitBothRunning();
    String before = containers();

    // As systemd ends a service: everything in the server's cgroup dies at once.
    Files.writeString(cgroup.resolve("cgroup.kill"), "1");
    server.awaitEnd();
    assertTrue(agent.isAlive());
    server.restart(serverWords());
    Await.until(server::log, () -> containers().contains("on-ag"));
    awaitLogs("on-ag");
    awaitLogs("on-srv");
    assertEquals(before, containers());

    agent.kill();
    agent.restart(List.of("agent", "--node-name=ag"));
    awaitLogs("on-ag");
    assertEquals(before, containers());
  }

  @Test
  void tunnel_agentsAddressChanges_isBackInSeconds() throws IOException {
    Path pod = Files.writeString(folder.resolve("pod.json"), POD.formatted("ag"));
    Await.until(agent::log, () -> server.kubectl("get", "nodes").text().contains("ag "));
    awaitAccount();
    assertEquals(0, server.kubectl("apply", "-f", pod.toString()).exit());
    awaitLogs("on-ag");
    Await.until(() -> server.log() + agent.log(), () -> containers().contains(" 0 Running"));
    String before = containers();

    Command moved =
        hosts.run(
            "ag",
            java.util.Map.of(),
            List.of(
                "sh",
                "-ec",
                "ip addr del 10.77.2.2/24 dev eth0; ip addr add 10.77.2.9/24 dev eth0;"
                    + " ip route add default via 10.77.2.1"));
    assertEquals(0, moved.exit(), moved.text());

    awaitLogs("on-ag");
    assertEquals(0, server.kubectl("delete", "pod", "on-ag", "--timeout=200s").exit());
    assertTrue(before.contains(" 0 Running"), before);
  }
}

package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.lab.Await;
import dev.wherry.cli.lab.TwoHosts;
import dev.wherry.cli.lab.WherryProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who asks a node while its program is killed or replaced waits a moment and is answered. */
class KilledAgentTest {
  private static final List<String> SERVER = List.of("server", "--node-name=srv");

  private static final String INGRESS =
      """
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: any}
      spec: {defaultBackend: {service: {name: nobody, port: {number: 80}}}}
      """;

  /** A resolver asks twice; a question that the killed program had read is lost. */
  private static final String LOOKUPS =
      """
      while [ ! -e %1$s/stop ]; do
        a=$(dig @%2$s -p 10053 +tries=2 +time=8 +short kubernetes.default.svc.cluster.local \\
          | grep -v '^;')
        echo "lookup $a" >> %1$s/lookups
        sleep 0.02
      done
      """;

  /** 7 is a refused connection. */
  private static final String CONNECTIONS =
      """
      while [ ! -e %1$s/stop ]; do
        curl -s -o /dev/null --max-time 20 http://%2$s/ && s=0 || s=$?
        echo "curl $s" >> %1$s/connections
        sleep 0.02
      done
      """;

  private static final String GOOD_LOOKUP = "lookup 10.43.0.1";
  private static final String GOOD_CONNECTION = "curl 0";
  private static final int MORE = 20;

  @TempDir Path folder;
  private TwoHosts hosts;
  private WherryProcess server;
  private final List<Process> clients = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    Files.writeString(folder.resolve("stop"), "");
    for (Process client : clients) {
      client.waitFor();
    }
    try (TwoHosts net = hosts;
        WherryProcess one = server) {
      assertTrue(net != null && one != null, "not started");
    }
  }

  private void load(String script) throws IOException {
    String text = script.formatted(folder, TwoHosts.SERVER_IP);
    clients.add(new ProcessBuilder(hosts.on("srv", List.of("sh", "-c", text))).start());
  }

  private List<String> lines(String file) throws IOException {
    Path path = folder.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }

  /** Both loads go on well from now on. */
  private void awaitMore() throws IOException {
    int lookups = lines("lookups").size();
    int connections = lines("connections").size();
    Await.until(
        () -> server.log(),
        () ->
            lines("lookups").size() >= lookups + MORE
                && lines("connections").size() >= connections + MORE);
  }

  private Set<String> seen(String file) throws IOException {
    return lines(file).stream().collect(Collectors.toSet());
  }

  @Test
  void clients_programKilledAndReplaced_areNeverRefused() throws Exception {
    assumeTrue(TwoHosts.isAvailable(), "needs root, ip, nft, containerd, kubectl, busybox");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/dig")), "needs dig; ./dev test has it");
    hosts = TwoHosts.build("wgap");
    server = WherryProcess.start(hosts, "srv", folder.resolve("s"), SERVER);
    Await.until(server::log, () -> server.log().contains("is ready"));
    Path ingress = Files.writeString(folder.resolve("ingress.yaml"), INGRESS);
    Await.until(server::log, () -> server.kubectl("apply", "-f", ingress.toString()).exit() == 0);
    Await.until(server::log, () -> hosts.run("srv", java.util.Map.of(), probe()).exit() == 0);
    load(LOOKUPS);
    load(CONNECTIONS);
    awaitMore();

    server.kill();
    server.restart(SERVER);
    awaitMore();
    server.stop();
    server.restart(SERVER);
    awaitMore();

    assertEquals(Set.of(GOOD_LOOKUP), seen("lookups"));
    Set<String> connections = seen("connections");
    assertTrue(connections.contains(GOOD_CONNECTION), connections.toString());
    // An answer that the killed program was writing is cut off: 52 and 56. Nobody is refused.
    connections.removeAll(Set.of(GOOD_CONNECTION, "curl 52", "curl 56"));
    assertEquals(Set.of(), connections);
  }

  private static List<String> probe() {
    return List.of(
        "sh",
        "-c",
        "curl -s -o /dev/null http://%1$s/ && dig @%1$s -p 10053 +short %2$s | grep -qx 10.43.0.1"
            .formatted(TwoHosts.SERVER_IP, "kubernetes.default.svc.cluster.local"));
  }
}

package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Deployment's life as a user types it, on the built-in runtime and on a pod network of the
 * user's own: a bridge by CNI's reference plugins, in a network namespace for this cluster alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DeploymentTest {
  private static final Path WEB = Path.of("../examples/web.yaml").toAbsolutePath().normalize();

  private static final String SPACE = "wherry-deploy-" + ProcessHandle.current().pid();
  private static final List<String> INSIDE = List.of("nsenter", "--net=/run/netns/" + SPACE);

  /** No range that Wherry would choose. */
  private static final String NETWORK =
      """
      {"cniVersion": "1.0.0", "name": "users", "plugins": [
        {"type": "bridge", "bridge": "users0", "isGateway": true, "ipMasq": true,
         "hairpinMode": true, "ipam": {"type": "host-local", "dataDir": "%s",
           "ranges": [[{"subnet": "10.99.7.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
        {"type": "portmap", "capabilities": {"portMappings": true}}]}
      """;

  private static final String SITE =
      """
      ---
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: site}, spec: {replicas: 2,
        selector: {matchLabels: {app: site}}, template: {metadata: {labels: {app: site}},
          spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: busybox,
            command: [sh, -c, "mkdir /w; hostname > /w/index.html; exec httpd -f -p 8080 -h /w"],
            ports: [{containerPort: 8080}],
            readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}}]}}}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: site}, spec: {selector: {app: site},
        ports: [{port: 80, targetPort: 8080}]}}
      """;

  @TempDir static Path folder;
  private Cluster cluster;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    new Program(List.of("ip"), Map.of()).run("netns", "add", SPACE).orThrow();
    Program ip = new Program(List.of("ip", "-n", SPACE), Map.of());
    ip.run("link", "set", "lo", "up").orThrow();
    ip.run("link", "add", "e0", "type", "veth", "peer", "name", "e1").orThrow();
    ip.run("address", "add", "198.51.100.2/24", "dev", "e0").orThrow();
    ip.run("link", "set", "e0", "up").orThrow();
    ip.run("link", "set", "e1", "up").orThrow();
    ip.run("route", "add", "default", "via", "198.51.100.1").orThrow();
    cluster =
        Cluster.start(
            INSIDE,
            List.of("--runtime=builtin", "--node-name=e2e-deploy", "--pod-network=none"),
            Map.of());
    Path configurations = cluster.dataDirectory().resolve("cni/net.d");
    Files.writeString(
        configurations.resolve("10-users.conflist"),
        NETWORK.formatted(cluster.dataDirectory().resolve("cni/users")));
    cluster.wherry().run("image", "import", "--busybox", "--data-dir=" + cluster.dataDirectory());
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    new Program(List.of("ip"), Map.of()).run("netns", "delete", SPACE);
  }

  private Program kubectl() {
    List<String> command = new ArrayList<>(INSIDE);
    command.add(Kubectls.paths().getFirst().toString());
    return new Program(command, Map.of("KUBECONFIG", cluster.kubeconfig().toString()));
  }

  private static String rolledOut(Program kubectl) throws Exception {
    return kubectl.run("rollout", "status", "deployment/web", "--timeout=200s").orThrow();
  }

  private static String image(Program kubectl) throws Exception {
    return kubectl
        .run("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.containers[*].image}")
        .orThrow();
  }

  @Test
  void deployment_appliedScaledUpdatedUndoneDeleted_followsEachStep() throws Exception {
    Program kubectl = kubectl();
    assertTrue(
        kubectl.run("apply", "-f", WEB.toString()).orThrow().contains("deployment.apps/web"));
    assertTrue(rolledOut(kubectl).contains("successfully rolled out"));

    kubectl.run("scale", "deployment/web", "--replicas=3").orThrow();
    rolledOut(kubectl);
    kubectl.await(
        "has three replicas",
        "3"::equals,
        "get",
        "deployment/web",
        "-o",
        "jsonpath={.status.availableReplicas}");

    kubectl.run("set", "image", "deployment/web", "main=docker.io/library/busybox").orThrow();
    rolledOut(kubectl);
    assertTrue(kubectl.run("rollout", "history", "deployment/web").orThrow().contains("2 "));

    kubectl.run("rollout", "undo", "deployment/web").orThrow();
    rolledOut(kubectl);
    assertTrue(image(kubectl).contains("busybox"));
    kubectl.await(
        "is the third revision",
        "3"::equals,
        "get",
        "deployment/web",
        "-o",
        "jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/revision}");

    kubectl.run("delete", "deployment/web", "--cascade=foreground", "--timeout=200s").orThrow();
    assertEquals("", kubectl.run("get", "replicasets,pods", "-l", "app=web", "-o", "name").text());
  }

  /** Names, Services and probes do not care whose network it is. */
  @Test
  void pods_onANetworkOfTheUsers_haveItsAddressesAndAnswerByName() throws Exception {
    Program kubectl = kubectl();
    Path manifest = Files.writeString(folder.resolve("site.yaml"), SITE);
    kubectl.run("apply", "-f", manifest.toString()).orThrow();
    kubectl.run("rollout", "status", "deployment/site", "--timeout=200s").orThrow();
    String[] pods =
        kubectl
            .run("get", "pods", "-l", "app=site", "-o", "jsonpath={.items[*].status.podIP}")
            .orThrow()
            .split(" ", -1);
    assertEquals(2, pods.length);
    for (String address : pods) {
      assertTrue(address.startsWith("10.99.7."), address);
    }
    String ask = "for i in 1 2 3 4 5 6 7 8 9 10; do timeout 3 wget -qO- http://site; done";
    kubectl.await(
        "is answered by both",
        text -> new HashSet<>(List.of(text.strip().split("\\s+", -1))).size() == 2,
        "exec",
        "deployment/site",
        "--",
        "sh",
        "-c",
        ask);
    kubectl.run("delete", "-f", manifest.toString()).orThrow();
  }
}

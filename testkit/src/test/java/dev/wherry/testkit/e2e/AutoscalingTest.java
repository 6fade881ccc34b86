package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Output;
import dev.wherry.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Figures of a busy pod, and an autoscaler that follows them, with the real kubectl. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class AutoscalingTest {
  private static final String BUSY =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: busy}
      spec:
        replicas: 1
        selector: {matchLabels: {app: busy}}
        template:
          metadata: {labels: {app: busy}}
          spec:
            terminationGracePeriodSeconds: 0
            containers:
            - name: main
              image: busybox
              imagePullPolicy: IfNotPresent
              command: [sh, -c, "while true; do :; done"]
              resources: {requests: {cpu: 50m, memory: 8Mi}, limits: {cpu: 150m}}
      """;

  @TempDir Path directory;
  private Cluster cluster;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    cluster =
        Cluster.start(List.of(), List.of("--runtime=containerd", "--node-name=e2e-hpa"), Map.of());
    cluster.wherry().run("image", "import", "--busybox", "--data-dir=" + cluster.dataDirectory());
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** Runs a command until its text is as wanted; the test's timeout bounds it. */
  private static String await(Program program, Predicate<String> wanted, String... command)
      throws Exception {
    while (true) {
      Output output = program.run(command);
      if (output.exit() == 0 && wanted.test(output.text())) {
        return output.text();
      }
    }
  }

  @Test
  void busyPods_areShownByTopAndFollowedByAnAutoscaler() throws Exception {
    Program kubectl = cluster.kubectl(Kubectls.paths().getFirst());
    Path manifest = Files.writeString(directory.resolve("busy.yaml"), BUSY);
    kubectl.run("apply", "-f", manifest.toString()).orThrow();
    kubectl.run("rollout", "status", "deployment/busy", "--timeout=200s").orThrow();

    String pods = await(kubectl, AutoscalingTest::isBusy, "top", "pods", "--no-headers");
    String ours = cluster.wherry().run("top", "pods", "--no-headers").orThrow();
    assertEquals(pods.split(" ", 2)[0], ours.split(" ", 2)[0]);
    kubectl.await("e2e-hpa", "top", "nodes");
    cluster.wherry().await("Mi", "top", "node", "e2e-hpa");
    String service = kubectl.run("get", "apiservice", "v1beta1.metrics.k8s.io").orThrow();
    assertTrue(service.contains("Local") && service.contains("True"), service);

    kubectl.run("autoscale", "deployment/busy", "--min=1", "--max=3", "--cpu-percent=50").orThrow();
    assertEquals(
        "3", await(kubectl, "3"::equals, "get", "deploy/busy", "-o", "jsonpath={.spec.replicas}"));
    // The event and the status are written after the scale.
    kubectl.await(
        "tells the rescale, the metric and its condition",
        page ->
            page.contains("SuccessfulRescale")
                && page.contains("cpu resource utilization (percentage of request)")
                && page.contains("ScalingActive"),
        "describe",
        "hpa",
        "busy");
  }

  /** At least a twentieth of a core. */
  private static boolean isBusy(String line) {
    String[] cells = line.strip().split(" +", -1);
    return cells.length >= 3
        && cells[1].endsWith("m")
        && Integer.parseInt(cells[1].substring(0, cells[1].length() - 1)) >= 50;
  }
}

package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** A Deployment's life as a user types it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DeploymentTest {
  private static final Path WEB = Path.of("../examples/web.yaml").toAbsolutePath().normalize();

  private Cluster cluster;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    cluster =
        Cluster.start(
            List.of(), List.of("--runtime=containerd", "--node-name=e2e-deploy"), Map.of());
    cluster.wherry().run("image", "import", "--busybox", "--data-dir=" + cluster.dataDirectory());
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
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
    Program kubectl = cluster.kubectl(Kubectls.paths().getFirst());
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
}

package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** A StatefulSet with a claim on the default class, from the claim to the empty disk. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PersistentVolumeTest {
  private static final String STORE =
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: store}
      spec:
        serviceName: store
        replicas: 1
        selector: {matchLabels: {app: store}}
        template:
          metadata: {labels: {app: store}}
          spec:
            terminationGracePeriodSeconds: 1
            securityContext: {runAsUser: 1000, fsGroup: 2000}
            containers:
            - name: main
              image: busybox
              command: ["sh", "-c", "date >> /data/starts; echo started; exec sleep 3600"]
              volumeMounts:
              - {name: data, mountPath: /data}
        volumeClaimTemplates:
        - metadata: {name: data}
          spec:
            accessModes: [ReadWriteOnce]
            resources: {requests: {storage: 64Mi}}
      """;

  private Cluster cluster;
  private Program kubectl;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    cluster = Cluster.start(List.of("--runtime=containerd", "--node-name=e2e-store"), Map.of());
    kubectl = cluster.kubectl(Kubectls.paths().getFirst());
    cluster.wherry().run("image", "import", "--busybox", "--data-dir=" + cluster.dataDirectory());
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private String get(String what, String path) throws Exception {
    return kubectl.run("get", what, "-o", "jsonpath={" + path + "}").orThrow();
  }

  private long starts() throws Exception {
    return kubectl.run("exec", "store-0", "--", "cat", "/data/starts").orThrow().lines().count();
  }

  private List<Path> directories() throws Exception {
    try (Stream<Path> all = Files.list(cluster.dataDirectory().resolve("storage"))) {
      return all.toList();
    }
  }

  private void awaitReady() throws Exception {
    kubectl.await("1/1", "get", "statefulset", "store", "--no-headers");
    awaitStarted();
  }

  /** Its command has written the start down when it says so; a container runs before. */
  private void awaitStarted() throws Exception {
    kubectl.await("says that it started", "started\n"::equals, "logs", "store-0");
  }

  private void awaitGone(String what) throws Exception {
    kubectl.await("NotFound", "get", what);
  }

  @Test
  void claim_ofAStatefulSet_keepsItsDataUntilItIsDeletedAndUnused() throws Exception {
    assertTrue(kubectl.run("get", "sc").orThrow().contains("local-path (default)"));
    kubectl.runWith(STORE, "apply", "-f", "-").orThrow();
    awaitReady();
    assertEquals("Bound", get("pvc/data-store-0", ".status.phase"));
    assertEquals("local-path", get("pvc/data-store-0", ".spec.storageClassName"));
    assertEquals(1, starts(), kubectl.run("describe", "pods").text());
    String volume = get("pvc/data-store-0", ".spec.volumeName");
    assertEquals(
        "e2e-store",
        get(
            "pv/" + volume,
            ".spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]"));
    assertEquals(1, directories().size());
    assertEquals(2000, Files.getAttribute(directories().getFirst(), "unix:gid"));

    String uid = get("pod/store-0", ".metadata.uid");
    kubectl.run("delete", "pod", "store-0").orThrow();
    kubectl.await("Running", "get", "pod", "store-0", "--no-headers");
    awaitStarted();
    assertFalse(get("pod/store-0", ".metadata.uid").equals(uid));
    assertEquals(2, starts());

    cluster.kill();
    cluster.up();
    // What is stored says Ready before the agent is back.
    awaitStarted();
    assertEquals(2, starts());

    kubectl.run("delete", "pvc", "data-store-0", "--wait=false").orThrow();
    kubectl.await("Terminating", "get", "pvc", "data-store-0");
    assertTrue(get("pod/store-0", ".status.phase").equals("Running"));
    kubectl.run("delete", "statefulset", "store").orThrow();
    awaitGone("pod/store-0");
    awaitGone("pvc/data-store-0");
    awaitGone("pv/" + volume);
    assertEquals(List.of(), directories());
  }
}

package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.kubeconfig.AccessResolver;
import dev.wherry.cli.kubeconfig.Kubeconfig;
import dev.wherry.cli.kubeconfig.KubeconfigPaths;
import dev.wherry.cli.lab.Await;
import dev.wherry.kubelet.hollow.HollowConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Workloads on nodes that run nothing, from the API to the last pod's end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HollowTest {
  private static final String WORKLOADS =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 40
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: c, image: i}]}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        replicas: 3
        serviceName: db
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: c, image: i}]}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: sums}
      spec:
        completions: 20
        parallelism: 10
        template:
          spec: {restartPolicy: Never, containers: [{name: c, image: i}]}
      """;

  @TempDir static Path folder;
  private ServerRole server;
  private HollowRole nodes;

  @BeforeAll
  void start() throws Exception {
    server =
        ServerRole.start(
            new ServerRole.Options(
                folder.resolve("data"), "127.0.0.1", 0, List.of(), "n1", "192.0.2.7", 0, false));
    nodes =
        HollowRole.start(
            AccessResolver.resolve(
                Kubeconfig.load(KubeconfigPaths.find(server.kubeconfig().toString(), Map.of())),
                AccessResolver.Overrides.NONE),
            HollowConfig.of("hollow", 5, "v1.36.0"));
    nodes.awaitRegistered();
  }

  @AfterAll
  void stop() {
    if (nodes != null) {
      nodes.close();
    }
    if (server != null) {
      server.close();
    }
  }

  /** What a command did; its errors too. */
  private record Ran(int exit, String text) {}

  private String wherry(String... words) {
    Ran ran = ran(words);
    assertEquals(0, ran.exit(), () -> String.join(" ", words) + "\n" + ran.text());
    return ran.text();
  }

  private Ran ran(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Map<String, String> environment =
        Map.of("KUBECONFIG", server.kubeconfig().toString(), "HOME", folder.toString());
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    InputStream nothing = new ByteArrayInputStream(new byte[0]);
    int exit = Wherry.run(new Streams(nothing, print, print, environment), words);
    return new Ran(exit, out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void workloads_onHollowNodes_liveTheirWholeLives() throws Exception {
    assertEquals(
        5, wherry("get", "nodes", "-l", "wherry.dev/hollow=true", "-o", "name").lines().count());
    wherry("wait", "--for=condition=Ready", "node", "--all", "--timeout=30s");
    Path file = Files.writeString(folder.resolve("workloads.yaml"), WORKLOADS);
    wherry("create", "-f", file.toString());
    wherry("rollout", "status", "deployment/web", "--timeout=60s");
    wherry("rollout", "status", "statefulset/db", "--timeout=60s");
    wherry("wait", "--for=condition=Complete", "job/sums", "--timeout=60s");
    assertEquals("20", wherry("get", "job", "sums", "-o", "jsonpath={.status.succeeded}"));

    wherry("set", "image", "deployment/web", "c=j");
    wherry("rollout", "status", "deployment/web", "--timeout=60s");
    wherry("delete", "-f", file.toString(), "--cascade=foreground");
    assertTrue(wherry("get", "pods", "-o", "name").isEmpty());
  }

  private static final String THEIRS =
      """
      {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "theirs", "namespace": "two"},
       "spec": {"schedulerName": "other", "containers":
        [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "31"}}}]}}
      """;

  /** A scheduler that is no part of the program posts where its pod is to go. */
  private Ran bindAsOther(String node) throws Exception {
    String binding =
        "{\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":{\"name\":\"theirs\"},"
            + "\"target\":{\"kind\":\"Node\",\"name\":\"%s\"}}".formatted(node);
    Path file = Files.writeString(folder.resolve("binding.json"), binding);
    String path = "/api/v1/namespaces/two/pods/theirs/binding";
    return ran("create", "--as=other", "--raw", path, "-f", file.toString());
  }

  @Test
  void pod_ofAnotherScheduler_isLeftToItWhileOursGoesOn() throws Exception {
    wherry("create", "namespace", "two");
    assertTrue(bindAsOther("hollow-3").text().contains("forbidden"));
    wherry(
        "create", "clusterrolebinding", "o", "--clusterrole=system:kube-scheduler", "--user=other");
    wherry("create", "-f", Files.writeString(folder.resolve("theirs.json"), THEIRS).toString());
    wherry("create", "deployment", "ours", "--image=i", "--replicas=10", "-n", "two");
    wherry("rollout", "status", "deployment/ours", "--timeout=60s", "-n", "two");
    String where = "jsonpath={.spec.nodeName}";
    assertEquals("", wherry("get", "pod", "theirs", "-n", "two", "-o", where));

    Ran bound = bindAsOther("hollow-3");
    assertEquals(0, bound.exit(), bound::text);
    wherry("wait", "--for=condition=Ready", "pod/theirs", "--timeout=60s", "-n", "two");
    Ran again = bindAsOther("hollow-2");
    assertTrue(again.text().contains("already assigned to node"), again::text);

    // Two processors each: the node has one left.
    wherry("set", "resources", "deployment/ours", "--requests=cpu=2", "-n", "two");
    wherry("rollout", "status", "deployment/ours", "--timeout=60s", "-n", "two");
    where = "jsonpath={.items[*].spec.nodeName}";
    String nodes = wherry("get", "pods", "-l", "app=ours", "-n", "two", "-o", where);
    assertEquals(10, nodes.split(" ", -1).length);
    assertTrue(!nodes.contains("hollow-3"), nodes);
    wherry("delete", "namespace", "two");
  }

  @Test
  void fitAndWhy_ofWhatIsNotApplied_sayWhatFindsRoom() throws Exception {
    String stack =
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: not-there-yet}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db, namespace: not-there-yet}
        spec:
          replicas: 2
          serviceName: db
          selector: {matchLabels: {app: fit-db}}
          template:
            metadata: {labels: {app: fit-db}}
            spec: {serviceAccountName: later, containers: [{name: c, image: i}]}
          volumeClaimTemplates:
          - metadata: {name: data}
            spec:
              accessModes: [ReadWriteOnce]
              resources: {requests: {storage: 1Gi}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: big}
        spec:
          replicas: 6
          selector: {matchLabels: {app: big}}
          template:
            metadata: {labels: {app: big}}
            spec: {containers: [{name: c, image: i, resources: {limits: {cpu: 20}}}]}
        """;
    Path smaller = folder.resolve("smaller.yaml");
    Files.writeString(smaller, stack.replace("replicas: 6", "replicas: 5"));
    String[] fit = {"fit", "-f", smaller.toString()};
    // New nodes are tainted until a controller has seen them and the scheduler has heard of it.
    Await.until(() -> ran(fit).text(), () -> ran(fit).exit() == 0);
    assertTrue(wherry(fit).startsWith("the stack fits: room for 7 of 7 pods, on 5 of 5 nodes"));

    String file = Files.writeString(folder.resolve("stack.yaml"), stack).toString();
    String said = ran("fit", "-f", file).text();
    assertTrue(
        said.startsWith("the stack does not fit: room for 7 of 8 pods, on 5 of 5 nodes\n"), said);
    assertTrue(said.contains("0/5 nodes are available: 5 Insufficient cpu."), said);
    assertTrue(said.contains("statefulset/db"), said);
    assertTrue(said.contains(" of 32 "), said);
    assertTrue(wherry("get", "deployments", "-o", "name").lines().noneMatch("big"::endsWith));

    Path huge = folder.resolve("huge.yaml");
    Files.writeString(huge, stack.replace("cpu: 20", "cpu: 200"));
    String why = wherry("why", "-f", huge.toString());
    assertTrue(
        why.contains(
            "pod default/big is not applied: were it placed now, 0/5 nodes are available: 5"
                + " Insufficient cpu."),
        why);
    assertTrue(why.contains("pod not-there-yet/db-0 is not applied"), why);
  }
}

package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Output;
import dev.wherry.testkit.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a newcomer types; the same on every runtime. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
abstract class CounterPodContract {
  private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
  private static final String COUNTER = EXAMPLES.resolve("counter.yaml").toString();
  private static final String TWO = EXAMPLES.resolve("two-containers.yaml").toString();

  private static final String NAMESPACED =
      Path.of("src/test/resources/e2e/user-namespaces.yaml").toAbsolutePath().toString();

  private Cluster cluster;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    cluster = Cluster.start(wrapper(), flags(), environment());
    cluster.wherry().run("image", "import", "--busybox", "--data-dir=" + cluster.dataDirectory());
    // Without its account no pod is taken.
    cluster
        .kubectl(Kubectls.paths().getFirst())
        .await("serviceaccount/default", "get", "serviceaccounts", "-o", "name");
  }

  /** A program that starts the program; none by default. */
  List<String> wrapper() throws Exception {
    return List.of();
  }

  /** Of {@code wherry up}. */
  abstract List<String> flags() throws Exception;

  Map<String, String> environment() throws Exception {
    return Map.of();
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  ProcessHandle server() throws IOException {
    return cluster.server();
  }

  static List<Path> kubectls() {
    return Kubectls.paths();
  }

  @ParameterizedTest
  @MethodSource("kubectls")
  void counter_fromApplyToDelete_behavesAsKubernetes(Path binary) throws Exception {
    Program kubectl = cluster.kubectl(binary);
    assertTrue(kubectl.run("apply", "-f", COUNTER).orThrow().contains("pod/counter created"));
    kubectl.run("wait", "--for=condition=Ready", "--timeout=200s", "pod/counter").orThrow();

    assertTrue(kubectl.run("apply", "-f", COUNTER).orThrow().contains("unchanged"));
    assertTrue(
        Pattern.compile("counter +1/1 +Running +0 ")
            .matcher(kubectl.run("get", "pods").orThrow())
            .find());
    String wide = kubectl.run("get", "pods", "-o", "wide").orThrow();
    assertTrue(wide.contains(" e2e ") && wide.contains("10.42."), wide);
    assertEquals("pod/counter\n", kubectl.run("get", "pods", "-o", "name").orThrow());
    assertEquals(
        "busybox",
        kubectl.run("get", "pod", "counter", "-o", "jsonpath={.spec.containers[0].image}").text());
    assertTrue(
        kubectl.run("get", "pod", "counter", "-o", "yaml").orThrow().contains("phase: Running"));
    // Events are written beside what they tell of.
    kubectl.await(
        "tells where it went and that it started",
        text ->
            text.contains("Successfully assigned default/counter to e2e")
                && (text.contains("Started container count") || text.contains("Container started")),
        "describe",
        "pod",
        "counter");
    followed(kubectl);
    executed(kubectl);
    assertTrue(kubectl.run("delete", "-f", COUNTER).orThrow().contains("pod \"counter\" deleted"));
    assertTrue(kubectl.run("get", "pod", "counter").text().contains("NotFound"));
  }

  private static void followed(Program kubectl) throws Exception {
    Process logs = kubectl.start("logs", "-f", "counter");
    try (BufferedReader lines = logs.inputReader(StandardCharsets.UTF_8)) {
      boolean zero = false;
      boolean one = false;
      while (!zero || !one) {
        String line = lines.readLine();
        assertTrue(line != null, "the log ended early");
        zero |= line.startsWith("0: ");
        one |= line.startsWith("1: ");
      }
    } finally {
      logs.destroy();
    }
    assertEquals(1, kubectl.run("logs", "--tail=1", "counter").orThrow().lines().count());
  }

  private static void executed(Program kubectl) throws Exception {
    assertEquals("한글\n", kubectl.run("exec", "counter", "--", "echo", "한글").orThrow());
    Output seven = kubectl.run("exec", "counter", "--", "sh", "-c", "exit 7");
    assertEquals(7, seven.exit(), seven.text());
    String through = kubectl.runWith("through\n", "exec", "-i", "counter", "--", "cat").orThrow();
    // Before it kubectl may say that it did not know the stream of the server's first, empty
    // message
    // yet: client-go begins to read before it has made its streams.
    assertTrue(through.endsWith("through\n"), through);
  }

  @ParameterizedTest
  @MethodSource("kubectls")
  void everydayVerbs_areUnderstood(Path binary) throws Exception {
    Program kubectl = cluster.kubectl(binary);
    kubectl
        .run("run", "once", "--image=busybox", "--restart=Never", "--", "echo", "done")
        .orThrow();
    kubectl.await("Succeeded", "get", "pod", "once", "-o", "jsonpath={.status.phase}");
    assertEquals("done\n", kubectl.await("done", "logs", "once"));
    kubectl.run("delete", "pod", "once").orThrow();

    assertTrue(
        kubectl.run("explain", "pod.spec.containers.image").orThrow().contains("FIELD: image"));
    assertTrue(kubectl.run("api-resources").orThrow().contains("deployments"));
    assertTrue(kubectl.run("config", "view", "--minify").orThrow().contains("server: https://"));
    assertTrue(kubectl.run("auth", "can-i", "delete", "nodes").orThrow().contains("yes"));
  }

  @Test
  void twoContainers_shareLocalhostAndAVolume() throws Exception {
    Program kubectl = cluster.kubectl(Kubectls.paths().getFirst());
    kubectl.run("apply", "-f", TWO).orThrow();
    String name = kubectl.run("get", "-f", TWO, "-o", "jsonpath={.metadata.name}").orThrow();
    kubectl.run("wait", "--for=condition=Ready", "--timeout=200s", "pod/" + name).orThrow();

    // What the writer put into the volume comes back to it over localhost.
    kubectl.await("UTC", "logs", name, "-c", "writer");
    assertEquals(
        "server writer",
        kubectl.run("get", "pod", name, "-o", "jsonpath={.spec.containers[*].name}").orThrow());
    kubectl.run("delete", "-f", TWO, "--grace-period=1").orThrow();
  }

  /**
   * What upstream's test/e2e/common/node/security_context.go asks of hostUsers, in one pod more.
   */
  @Test
  void hostUsersFalse_whereTheHandlerHasIt_givesUsersOfItsOwn() throws Exception {
    Program kubectl = cluster.kubectl(Kubectls.paths().getFirst());
    kubectl.run("wait", "--for=condition=Ready", "--timeout=200s", "node/e2e").orThrow();
    kubectl.run("apply", "-f", NAMESPACED).orThrow();
    String features = "jsonpath={.status.runtimeHandlers[?(@.name==\"\")].features.userNamespaces}";
    if (kubectl.run("get", "node", "e2e", "-o", features).text().equals("true")) {
      Set<String> maps = new HashSet<>();
      for (String pod : List.of("own-a", "own-b")) {
        kubectl.await("Succeeded", "get", "pod", pod, "-o", "jsonpath={.status.phase}");
        List<String> log = kubectl.run("logs", pod).orThrow().lines().toList();
        assertTrue(log.getFirst().matches(" *0 +\\d+ +65536"), log.toString());
        maps.add(log.getFirst());
        assertEquals(Set.of("0:200"), Set.copyOf(log.subList(1, log.size())), log.toString());
        assertEquals(6, log.size(), log.toString());
      }
      assertEquals(2, maps.size(), "no two have the same");
    } else {
      assertFalse(flags().contains("--runtime=builtin"), "the built-in runtime has them");
      String reason = "jsonpath={.status.reason}";
      kubectl.await("UserNamespacesNotSupported", "get", "pod", "own-a", "-o", reason);
    }
    kubectl.run("delete", "-f", NAMESPACED).orThrow();
  }

  @Test
  void missingImage_saysWhichCommandBringsIt() throws Exception {
    Program kubectl = cluster.kubectl(Kubectls.paths().getFirst());
    kubectl.run("run", "nothing", "--image=nosuch.invalid/nothing:1").orThrow();
    kubectl.await("ErrImagePull", "get", "events");
    kubectl.await("wherry image import", "describe", "pod", "nothing");
    kubectl.run("delete", "pod", "nothing", "--grace-period=0", "--force").orThrow();
  }

  @Test
  void watch_seesAPodComeAndGo() throws Exception {
    Program kubectl = cluster.kubectl(Kubectls.paths().getFirst());
    Process watch = kubectl.start("get", "configmaps", "-w", "--output-watch-events");
    try (BufferedReader lines = watch.inputReader(StandardCharsets.UTF_8)) {
      kubectl.run("create", "configmap", "watched").orThrow();
      seen(lines, "ADDED +watched .*");
      kubectl.run("delete", "configmap", "watched").orThrow();
      seen(lines, "DELETED +watched .*");
    } finally {
      watch.destroy();
    }
  }

  private static void seen(BufferedReader lines, String wanted) throws IOException {
    String line = lines.readLine();
    while (line != null && !line.matches(wanted)) {
      line = lines.readLine();
    }
    assertTrue(line != null, "the watch ended without " + wanted);
  }
}

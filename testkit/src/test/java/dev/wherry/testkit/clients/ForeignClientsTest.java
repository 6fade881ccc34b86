package dev.wherry.testkit.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** helm, and the Java and Python clients, on a cluster with real containers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ForeignClientsTest {
  private static final Path TOOLS = Path.of("../target/tools").toAbsolutePath().normalize();
  private static final Path RESOURCES =
      Path.of("src/test/resources/clients").toAbsolutePath().normalize();

  private static final String READY = "jsonpath={.status.readyReplicas}";
  private static final String WORD = "jsonpath={.spec.word}";

  @TempDir Path home;
  private Cluster cluster;

  @BeforeAll
  void start() throws Exception {
    cluster =
        Cluster.start(
            List.of(), List.of("--runtime=containerd", "--node-name=e2e-clients"), Map.of());
    cluster.wherry().run("image", "import", "--busybox", "--data-dir=" + cluster.dataDirectory());
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void officialJavaClient_worksAndFollows() throws Exception {
    new OfficialJavaWork(cluster.kubeconfig()).run();
  }

  @Test
  void fabric8Client_followsElectsAndExecutes() throws Exception {
    new Fabric8Work(cluster.kubeconfig()).run();
  }

  @Test
  void officialPythonClient_worksAndFollows() throws Exception {
    Path packages = TOOLS.resolve("python");
    assumeTrue(Files.isDirectory(packages), "no Python client: ./dev test fetches it with pip");
    Program python = new Program(List.of("python3"), Map.of("PYTHONPATH", packages.toString()));
    String said =
        python
            .run(RESOURCES.resolve("python_client.py").toString(), cluster.kubeconfig().toString())
            .orThrow();
    assertTrue(said.contains("python did its work"), said);
  }

  /** Building it takes a minute or two, and modules from Go's proxy. */
  @Test
  @Tag("long")
  void clientGo_cachesElectsAppliesAndResumes() throws Exception {
    Path go = Path.of("/usr/local/go/bin/go");
    assumeTrue(
        Files.isExecutable(go), "no Go in /usr/local/go: Ubuntu packages none of level 1.26");
    Path made = home.resolve("goclient");
    Program compiler =
        new Program(List.of(go.toString(), "-C", RESOURCES.resolve("go").toString()), Map.of());
    Process build = compiler.start("build", "-o", made.toString(), ".");
    String mistakes = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, build.waitFor(), mistakes);
    Program client = new Program(List.of(made.toString()), Map.of());
    String said = client.run(cluster.kubeconfig().toString()).orThrow();
    assertTrue(said.contains("go did its work"), said);
  }

  @Test
  void helm_installsUpgradesRollsBackAndUninstalls() throws Exception {
    Path found = TOOLS.resolve("helm/helm");
    assumeTrue(Files.isExecutable(found), "no helm: ./dev test fetches it with npm");
    Program helm =
        new Program(
            List.of(found.toString(), "--kubeconfig", cluster.kubeconfig().toString()),
            Map.of("HOME", home.toString()));
    Program kubectl = cluster.wherry();
    String chart = RESOURCES.resolve("chart").toString();

    helm.run("install", "greeter", chart, "--wait", "--timeout=200s").orThrow();
    assertEquals("2", kubectl.run("get", "deploy", "greeter", "-o", READY).orThrow());
    assertTrue(kubectl.run("logs", "job/greeter-pre-install").orThrow().contains("of hello"));
    String word = kubectl.run("get", "configmap", "greeter-word", "-o", "yaml").orThrow();
    assertTrue(word.contains("hasDeployments: \"true\""), word);
    assertTrue(word.contains("version: v1.36"), word);

    helm.run("upgrade", "greeter", chart, "--set=word=bye", "--wait", "--timeout=200s").orThrow();
    assertEquals("bye", kubectl.run("get", "gr", "greeter", "-o", WORD).orThrow());
    assertTrue(kubectl.run("logs", "job/greeter-post-upgrade").orThrow().contains("of bye"));
    String refused =
        helm.run("upgrade", "greeter", chart, "--set=word=much-too-long-for-a-greeting").text();
    assertTrue(refused.contains("spec.word"), refused);

    helm.run("rollback", "greeter", "1", "--wait", "--timeout=200s").orThrow();
    assertEquals("hello", kubectl.run("get", "gr", "greeter", "-o", WORD).orThrow());
    String history = helm.run("history", "greeter").orThrow();
    assertTrue(history.contains("Rollback to 1"), history);
    helm.run("uninstall", "greeter", "--wait").orThrow();
    assertFalse(helm.run("list").orThrow().contains("greeter"));
    assertEquals(1, kubectl.run("get", "deploy", "greeter").exit());
  }
}

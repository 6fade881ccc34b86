package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The kubectl of this machine against a control plane without a worker, on one address only. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlTest {
  private static final int COMMAND_SECONDS_MAX = 240;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir static Path folder;
  private ServerRole server;

  /** What a command printed, errors included. */
  private record Output(int exit, String text) {}

  @BeforeAll
  void start() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/kubectl")), "no kubectl at /usr/bin/kubectl");
    server =
        ServerRole.start(
            new ServerRole.Options(
                folder.resolve("data"), "127.0.0.2", 0, List.of(), "n1", "127.0.0.1", 0, false));
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private Output kubectl(String... arguments) throws IOException, InterruptedException {
    return kubectl(Path.of("/usr/bin/kubectl"), arguments);
  }

  private Output kubectl(Path program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("KUBECONFIG", server.kubeconfig().toString());
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS), text);
    return new Output(process.exitValue(), text);
  }

  private String succeed(String... arguments) throws IOException, InterruptedException {
    Output output = kubectl(arguments);
    assertEquals(0, output.exit(), output.text());
    return output.text();
  }

  /** Repeats a command until it prints the text: controllers need a moment. */
  private String await(String wanted, String... arguments) throws Exception {
    Output output = kubectl(arguments);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!output.text().contains(wanted) && System.nanoTime() < end) {
      output = kubectl(arguments);
    }
    assertTrue(output.text().contains(wanted), output.text());
    return output.text();
  }

  @Test
  void apply_counterPod_waitsForANodeAndSaysWhy() throws Exception {
    await("serviceaccount/default", "get", "serviceaccounts", "-o", "name");
    Path example = Path.of("..", "examples", "counter.yaml").toAbsolutePath().normalize();

    assertTrue(succeed("apply", "-f", example.toString()).contains("pod/counter created"));
    assertTrue(succeed("apply", "-f", example.toString()).contains("pod/counter unchanged"));
    assertTrue(succeed("get", "pods").contains("Pending"));
    await("no nodes available to schedule pods", "get", "events");
    assertTrue(succeed("describe", "pod", "counter").contains("FailedScheduling"));
    assertTrue(succeed("delete", "-f", example.toString()).contains("deleted"));
    assertTrue(kubectl("get", "pod", "counter").text().contains("NotFound"));
  }

  @Test
  void create_read_and_ask_everydayVerbs() throws Exception {
    assertTrue(succeed("get", "namespaces", "-o", "name").contains("namespace/kube-system"));
    succeed("create", "configmap", "c", "--from-literal=a=1");
    assertEquals("1", succeed("get", "configmap", "c", "-o", "jsonpath={.data.a}"));
    succeed("label", "configmap", "c", "x=y");
    assertTrue(succeed("get", "configmaps", "-l", "x=y").contains("c"));
    succeed("create", "secret", "generic", "s", "--from-literal=k=v");
    assertEquals("dg==", succeed("get", "secret", "s", "-o", "jsonpath={.data.k}"));
    await("serviceaccount/default", "get", "serviceaccounts", "-o", "name");
    assertEquals(2, succeed("create", "token", "default").chars().filter(c -> c == '.').count());
    assertTrue(succeed("auth", "can-i", "create", "pods").contains("yes"));
    assertTrue(succeed("auth", "whoami").contains("wherry-admin"));
    assertTrue(succeed("explain", "pod.spec.containers.image").contains("Container image name"));
    assertTrue(succeed("api-resources").contains("deployments"));
  }

  @Test
  void wrongInput_isAStatusWithTheField() throws Exception {
    Output unknown = kubectl("get", "pod", "nothing");
    assertEquals(1, unknown.exit());
    assertTrue(unknown.text().contains("pods \"nothing\" not found"), unknown.text());
    Path bad =
        Files.writeString(
            folder.resolve("bad.yaml"),
            "apiVersion: v1\nkind: Pod\nmetadata: {name: Bad_Name}\nspec: {containers: [{name: a}]}\n");
    Output invalid = kubectl("create", "-f", bad.toString(), "--validate=false");
    assertEquals(1, invalid.exit());
    assertTrue(invalid.text().contains("metadata.name: Invalid value"), invalid.text());
  }

  private static void kustomization(Path at, String text) throws IOException {
    Files.createDirectories(at);
    Files.writeString(at.resolve("kustomization.yaml"), text);
  }

  /** The machine's kubectl, and the one of level 1.36 where {@code ./dev test} has fetched it. */
  private static List<Path> kubectls() {
    return Stream.of(Path.of("/usr/bin/kubectl"), Path.of("../target/tools/kubectl/kubectl"))
        .map(path -> path.toAbsolutePath().normalize())
        .filter(Files::isExecutable)
        .toList();
  }

  @Test
  void applyK_overlay_isMergedPrunedAndDeleted() throws Exception {
    Path base = folder.resolve("kustomize/base");
    kustomization(
        base,
        """
        resources: [deployment.yaml]
        configMapGenerator:
        - {name: word, literals: [word=hello]}
        """);
    Files.writeString(
        base.resolve("deployment.yaml"),
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: greeter}
        spec:
          selector: {matchLabels: {app: greeter}}
          template:
            metadata: {labels: {app: greeter}}
            spec:
              containers: [{name: main, image: greeter, envFrom: [{configMapRef: {name: word}}]}]
        """);
    Path overlay = folder.resolve("kustomize/overlay");
    for (Path kubectl : kubectls()) {
      String prefix = kubectls().indexOf(kubectl) == 0 ? "old-" : "new-";
      kustomization(
          overlay,
          """
          resources: [../base]
          namePrefix: %s
          labels: [{pairs: {tier: web}, includeSelectors: true}]
          images: [{name: greeter, newName: registry.example/greeter, newTag: "2"}]
          replicas: [{name: greeter, count: 3}]
          patches:
          - target: {kind: Deployment}
            patch: '[{"op": "add", "path": "/spec/template/spec/terminationGracePeriodSeconds", "value": 0}]'
          """
              .formatted(prefix));
      Output applied = kubectl(kubectl, "apply", "-k", overlay.toString());
      assertEquals(0, applied.exit(), applied.text());
      assertEquals(0, kubectl(kubectl, "diff", "-k", overlay.toString()).exit());
      Output again =
          kubectl(kubectl, "apply", "--server-side", "--force-conflicts", "-k", overlay.toString());
      assertEquals(0, again.exit(), again.text());
      assertEquals(
          "3 registry.example/greeter:2 web 0",
          succeed(
              "get",
              "deployment",
              prefix + "greeter",
              "-o",
              "jsonpath={.spec.replicas} {..image} {.spec.selector.matchLabels.tier}"
                  + " {..terminationGracePeriodSeconds}"));
      String word =
          succeed("get", "deployment", prefix + "greeter", "-o", "jsonpath={..configMapRef.name}");
      assertTrue(word.startsWith(prefix + "word-"), word);
      assertEquals("hello", succeed("get", "configmap", word, "-o", "jsonpath={.data.word}"));
      Output deleted = kubectl(kubectl, "delete", "-k", overlay.toString());
      assertEquals(0, deleted.exit(), deleted.text());
      assertTrue(kubectl("get", "configmap", word).text().contains("NotFound"));
    }
  }
}

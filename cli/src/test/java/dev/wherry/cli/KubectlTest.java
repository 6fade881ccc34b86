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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The kubectl of this machine against a control plane without a worker. */
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
                folder.resolve("data"), "127.0.0.1", 0, List.of(), "n1", "127.0.0.1", 0, false));
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private Output kubectl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/usr/bin/kubectl"));
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
}

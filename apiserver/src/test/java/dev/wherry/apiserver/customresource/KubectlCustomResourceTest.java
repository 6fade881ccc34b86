package dev.wherry.apiserver.customresource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.pki.Kubeconfig;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.machinery.pki.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real kubectl lives with custom resources as with any other. */
class KubectlCustomResourceTest {
  private static final Path KUBECTL = Path.of("/usr/bin/kubectl");
  private static final int SECONDS_MAX = 120;

  private static final String WIDGET =
      """
      apiVersion: example.com/v1
      kind: Widget
      metadata: {name: one, namespace: default}
      spec: {size: 3}
      """;

  @TempDir Path data;

  private String kubectl(int exit, String input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                KUBECTL.toString(),
                "--kubeconfig=" + data.resolve("kubeconfig"),
                "--cache-dir=" + data.resolve("cache")));
    command.addAll(List.of(arguments));
    Path in = data.resolve("in");
    Path out = data.resolve("out");
    Files.writeString(in, input);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertTrue(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS), "kubectl does not end");
    String text = Files.readString(out, StandardCharsets.UTF_8);
    assertEquals(exit, process.exitValue(), String.join(" ", arguments) + "\n" + text);
    return text;
  }

  @Test
  void kubectl_livesWithCustomResources() throws Exception {
    assumeTrue(Files.isExecutable(KUBECTL), "no kubectl on this machine");
    try (ServerFixture server = ServerFixture.start(data)) {
      ServerPki pki = server.server().pki();
      new Kubeconfig(
              server.uri("").toString(),
              Pem.certificates(List.of(pki.authority().certificate())),
              "admin",
              pki.identity(ServerPki.Leaf.ADMIN))
          .write(data.resolve("kubeconfig"));
      kubectl(0, Definitions.WIDGETS, "apply", "-f", "-");
      kubectl(
          0, "", "wait", "--for=condition=established", "crd/widgets.example.com", "--timeout=60s");
      assertTrue(kubectl(0, WIDGET, "apply", "-f", "-").contains("widget.example.com/one created"));
      String table = kubectl(0, "", "get", "wd");
      assertTrue(table.startsWith("NAME   SIZE   COLOR   AGE"), table);
      assertTrue(table.contains("one    3      red"), table);
      String explained = kubectl(0, "", "explain", "widgets.spec.nested");
      assertTrue(explained.contains("policy\t<string>"), explained);
      String changed = WIDGET.replace("size: 3", "size: 4");
      assertTrue(kubectl(0, changed, "apply", "-f", "-").contains("configured"));
      assertTrue(
          kubectl(1, WIDGET.replace("size: 3", "siz: 3"), "apply", "-f", "-")
              .contains("unknown field \"spec.siz\""));
      assertTrue(
          kubectl(1, WIDGET.replace("size: 3", "size: 30"), "apply", "-f", "-")
              .contains("should be less than or equal to 10"));
      kubectl(0, "", "patch", "wd", "one", "--type=merge", "-p", "{\"spec\":{\"size\":5}}");
      kubectl(0, "", "scale", "wd/one", "--replicas=6");
      assertEquals("6", kubectl(0, "", "get", "wd", "one", "-o", "jsonpath={.spec.size}"));
      kubectl(0, WIDGET, "apply", "--server-side", "--force-conflicts", "-f", "-");
      assertTrue(kubectl(0, "", "describe", "wd", "one").contains("Kind:         Widget"));
      kubectl(0, "", "label", "wd", "one", "a=b");
      kubectl(0, "", "delete", "wd", "one");
      kubectl(0, WIDGET, "create", "-f", "-");
      kubectl(0, "", "delete", "crd", "widgets.example.com", "--timeout=60s");
      kubectl(1, "", "get", "widgets.example.com");
    }
  }
}

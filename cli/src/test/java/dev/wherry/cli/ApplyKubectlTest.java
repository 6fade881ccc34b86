package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.lab.Kubectl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The kubectl of this machine applies, edits and shows who owns what. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApplyKubectlTest {
  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: %s}
      spec:
        replicas: %d
        selector: {matchLabels: {app: a}}
        template:
          metadata: {labels: {app: a}}
          spec:
            containers:
            - {name: main, image: "%s", ports: [{containerPort: 80}]}
      """;

  @TempDir static Path folder;
  private ServerRole server;
  private Kubectl kubectl;

  @BeforeAll
  void start() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/kubectl")), "no kubectl at /usr/bin/kubectl");
    server =
        ServerRole.start(
            new ServerRole.Options(
                folder.resolve("data"), "127.0.0.1", 0, List.of(), "n1", "127.0.0.1", 0, false));
    kubectl = new Kubectl(server.kubeconfig(), folder, true);
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private String succeed(String input, String... words) throws IOException {
    Kubectl.Result result = kubectl.run(input.getBytes(StandardCharsets.UTF_8), words);
    assertEquals(0, result.exit(), result.errors() + result.text());
    return result.text();
  }

  private String managers(String kind, String name) throws IOException {
    return succeed(
        "",
        "get",
        kind,
        name,
        "-o",
        "jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation} {end}");
  }

  @Test
  void applyServerSide_conflictAndForce_sayWhoOwns() throws Exception {
    String one = DEPLOYMENT.formatted("ssa", 1, "one:1");
    assertEquals(
        "deployment.apps/ssa serverside-applied\n",
        succeed(one, "apply", "--server-side", "-f", "-"));
    assertEquals(
        "deployment.apps/ssa serverside-applied\n",
        succeed(one, "apply", "--server-side", "-f", "-"));
    assertTrue(managers("deployment", "ssa").contains("kubectl/Apply"));

    String other = DEPLOYMENT.formatted("ssa", 1, "two:2");
    byte[] body = other.getBytes(StandardCharsets.UTF_8);
    Kubectl.Result refused =
        kubectl.run(body, "apply", "--server-side", "--field-manager=other", "-f", "-");
    assertEquals(1, refused.exit());
    assertTrue(
        refused
            .errors()
            .contains(
                "Apply failed with 1 conflict: conflict with \"kubectl\":"
                    + " .spec.template.spec.containers[name=\"main\"].image"),
        refused.errors());
    succeed(
        other, "apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", "-");
    assertEquals(
        "two:2",
        succeed(
            "",
            "get",
            "deploy",
            "ssa",
            "-o",
            "jsonpath={.spec.template.spec.containers[0].image}"));
  }

  @Test
  void applyServerSide_afterClientSideApply_migratesTheOwner() throws Exception {
    succeed(DEPLOYMENT.formatted("moved", 1, "one:1"), "apply", "-f", "-");
    assertTrue(managers("deployment", "moved").contains("kubectl-client-side-apply/Update"));
    assertTrue(
        succeed("", "apply", "view-last-applied", "deployment/moved").contains("image: one:1"));
    succeed(DEPLOYMENT.formatted("moved", 1, "two:2"), "apply", "--server-side", "-f", "-");
    String owners = managers("deployment", "moved");
    assertFalse(owners.contains("kubectl-client-side-apply"), owners);
    assertTrue(owners.contains("kubectl/Apply"), owners);
    assertTrue(
        succeed("", "apply", "view-last-applied", "deployment/moved").contains("image: two:2"));
  }

  @Test
  void diffServerSide_changedImage_showsItAndStoresNothing() throws Exception {
    succeed(DEPLOYMENT.formatted("diff", 1, "one:1"), "apply", "--server-side", "-f", "-");
    byte[] body = DEPLOYMENT.formatted("diff", 1, "two:2").getBytes(StandardCharsets.UTF_8);
    Kubectl.Result diff = kubectl.run(body, "diff", "--server-side", "-f", "-");
    assertEquals(1, diff.exit(), diff.errors());
    assertTrue(diff.text().contains("+      - image: two:2"), diff.text());
    assertTrue(succeed("", "get", "deploy", "diff", "-o", "yaml").contains("one:1"));
  }

  @Test
  void get_showManagedFields_printsThemOnlyThen() throws Exception {
    succeed("", "create", "configmap", "shown", "--from-literal=a=1");
    assertFalse(succeed("", "get", "cm", "shown", "-o", "yaml").contains("managedFields"));
    String yaml = succeed("", "get", "cm", "shown", "-o", "yaml", "--show-managed-fields");
    assertTrue(yaml.contains("manager: kubectl-create"), yaml);
    assertTrue(yaml.contains("f:data:\n        .: {}\n        f:a: {}"), yaml);
  }

  @Test
  void edit_changedValue_isStored() throws Exception {
    succeed("", "create", "configmap", "edited", "--from-literal=a=before");
    String shown =
        kubectl.onTerminal(
            "KUBE_EDITOR='sed -i s/before/after/' /usr/bin/kubectl edit configmap edited");
    assertTrue(shown.contains("configmap/edited edited"), shown);
    assertEquals("after", succeed("", "get", "cm", "edited", "-o", "jsonpath={.data.a}"));
    assertTrue(managers("configmap", "edited").contains("kubectl-edit/Update"));
  }
}

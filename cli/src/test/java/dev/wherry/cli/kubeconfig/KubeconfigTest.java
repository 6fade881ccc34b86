package dev.wherry.cli.kubeconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigTest {
  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Kubeconfig load(Path... files) {
    return Kubeconfig.load(new KubeconfigPaths(List.of(files), false));
  }

  @Test
  void load_twoFiles_theFirstWins() throws IOException {
    Path one =
        write(
            "one",
            """
            contexts: [{name: a, context: {cluster: a, user: a, namespace: first}}]
            clusters: [{name: a, cluster: {server: "https://one", certificate-authority: ca.pem}}]
            """);
    Path two =
        write(
            "two",
            """
            contexts: [{name: a, context: {cluster: b, user: b}}]
            users: [{name: a, user: {token: t}}]
            current-context: a
            """);
    write("ca.pem", "CA of one");

    Access access = AccessResolver.resolve(load(one, two), AccessResolver.Overrides.NONE);

    assertEquals("https://one", access.server());
    assertEquals("first", access.namespace());
    assertEquals("t", access.token());
    assertEquals("CA of one", access.authorityPem());
  }

  @Test
  void useContext_twoFiles_writesTheOneThatNamesTheCurrent() throws IOException {
    Path one = write("one", "contexts: [{name: a, context: {}}]\n");
    Path two = write("two", "current-context: a\n");

    load(one, two).useContext("b");

    assertEquals("b", KubeconfigFile.read(two).currentContext());
    assertEquals("", KubeconfigFile.read(one).currentContext());
  }

  @Test
  void set_namespaceOfAContext_keepsUnknownFields() throws IOException {
    Path one = write("one", "contexts: [{name: a, context: {cluster: c, odd: [1]}}]\n");

    load(one).set(Section.CONTEXTS, "a", Map.of("namespace", "이름"));

    String text = Files.readString(one);
    assertTrue(text.contains("namespace: 이름"), text);
    assertTrue(text.contains("odd:"), text);
  }

  @Test
  void load_namedFileMissing_isRefused() {
    Path missing = folder.resolve("missing");
    KubeconfigException e =
        assertThrows(
            KubeconfigException.class,
            () -> Kubeconfig.load(new KubeconfigPaths(List.of(missing), true)));

    assertEquals("stat " + missing + ": no such file or directory", e.getMessage());
  }

  @Test
  void load_brokenYaml_saysWhich() throws IOException {
    Path broken = write("broken", "a: [1\n");

    KubeconfigException e = assertThrows(KubeconfigException.class, () -> load(broken));

    assertTrue(String.valueOf(e.getMessage()).contains(broken.toString()), e.getMessage());
  }

  @Test
  void find_nothingThere_takesTheServersOwn() throws IOException {
    Path own = write("own", "");
    Map<String, String> nowhere = Map.of("HOME", folder.resolve("nobody").toString());

    assertEquals(List.of(own), KubeconfigPaths.find("", nowhere, own).files());
  }

  @Test
  void plugin_printsAToken_isUsed() throws IOException {
    Path plugin =
        write(
            "plugin",
            """
            #!/bin/sh
            case "$KUBERNETES_EXEC_INFO" in *ExecCredential*) ;; *) exit 3;; esac
            echo '{"kind":"ExecCredential","status":{"token":"'$1-$GREETING'"}}'
            """);
    assertTrue(plugin.toFile().setExecutable(true));
    Path config =
        write(
            "config",
            """
            contexts: [{name: a, context: {cluster: a, user: a}}]
            clusters: [{name: a, cluster: {server: "https://one"}}]
            users:
            - name: a
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: ./plugin
                  args: [x]
                  env: [{name: GREETING, value: hello}]
            current-context: a
            """);
    Access access = AccessResolver.resolve(load(config), AccessResolver.Overrides.NONE);

    assertEquals("x-hello", ExecPlugin.run(access.plugin()).token());
  }

  @Test
  void plugin_missing_isOneLine() {
    ExecPlugin.Spec spec =
        new ExecPlugin.Spec("v1", "no-such-plugin", List.of(), Map.of(), "install it", folder);

    KubeconfigException e = assertThrows(KubeconfigException.class, () -> ExecPlugin.run(spec));

    assertEquals(
        "getting credentials: exec: executable no-such-plugin not found; install it",
        e.getMessage());
  }
}

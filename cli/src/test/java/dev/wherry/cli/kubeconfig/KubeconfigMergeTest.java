package dev.wherry.cli.kubeconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigMergeTest {
  private static final String ADMIN =
      """
      apiVersion: v1
      kind: Config
      clusters:
      - {name: own, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: Q0E=}}
      users:
      - {name: own, user: {client-certificate-data: Q1JU, client-key-data: S0VZ}}
      contexts:
      - {name: own, context: {cluster: own, user: own}}
      current-context: own
      """;
  private static final String OTHERS =
      """
      # somebody's
      apiVersion: v1
      kind: Config
      future: {kept: true}
      clusters:
      - name: kind
        cluster: {server: "https://10.0.0.1:6443", surprise: 7}
      users:
      - name: kind
        user: {token: abc}
      contexts:
      - name: kind
        context: {cluster: kind, user: kind}
      current-context: kind
      """;

  @TempDir Path folder;
  private Path admin;
  private Path data;

  @BeforeEach
  void write() throws IOException {
    data = folder.resolve("data");
    admin = Files.writeString(folder.resolve("admin.kubeconfig"), ADMIN);
  }

  private Caller caller() {
    return Caller.of(Map.of("HOME", folder.toString()), folder.resolve("passwd"));
  }

  private Path config() {
    return folder.resolve(".kube/config");
  }

  private Path others() throws IOException {
    Files.createDirectories(folder.resolve(".kube"));
    Files.writeString(config(), OTHERS);
    Files.setPosixFilePermissions(config(), PosixFilePermissions.fromString("rw-r-----"));
    return config();
  }

  @Test
  void add_noFile_writesAPrivateOneAndMakesTheContextCurrent() throws IOException {
    List<String> lines = KubeconfigMerge.add(caller(), admin, data);

    assertEquals(List.of("context wherry is in " + config()), lines);
    Kubeconfig read = Kubeconfig.load(new KubeconfigPaths(List.of(config()), true));
    assertEquals("wherry", read.currentContext());
    Access access = AccessResolver.resolve(read, AccessResolver.Overrides.NONE);
    assertEquals("https://127.0.0.1:6443", access.server());
    assertEquals("CA", access.authorityPem());
    assertEquals("KEY", access.keyPem());
    assertEquals("default", access.namespace());
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(config())));
  }

  @Test
  void add_someonesFile_keepsWhatIsThereAndABackup() throws IOException {
    others();

    List<String> lines = KubeconfigMerge.add(caller(), admin, data);

    assertTrue(lines.getFirst().startsWith("kept "), lines.toString());
    assertTrue(lines.getLast().contains("kubectl config use-context wherry"), lines.toString());
    assertEquals(OTHERS, Files.readString(folder.resolve(".kube/config.before-wherry")));
    String text = Files.readString(config());
    assertTrue(text.contains("surprise: 7"), text);
    assertTrue(text.contains("kept: true"), text);
    assertTrue(text.contains("current-context: kind"), text);
    assertEquals(
        "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(config())));
  }

  @Test
  void add_again_changesNothing() throws IOException {
    KubeconfigMerge.add(caller(), admin, data);
    String before = Files.readString(config());

    KubeconfigMerge.add(caller(), admin, data);

    assertEquals(before, Files.readString(config()));
    assertFalse(Files.exists(folder.resolve(".kube/config.before-wherry")));
  }

  @Test
  void add_nameTaken_takesAnother() throws IOException {
    Files.createDirectories(folder.resolve(".kube"));
    Files.writeString(
        config(), OTHERS.replace("kind", "wherry").replace("wherry: Config", "kind: Config"));

    List<String> lines = KubeconfigMerge.add(caller(), admin, data);

    assertTrue(lines.contains("context wherry-2 is in " + config()), lines.toString());
  }

  @Test
  void remove_afterAdd_leavesWhatWasThere() throws IOException {
    others();
    Kubeconfig before = Kubeconfig.load(new KubeconfigPaths(List.of(config()), true));
    KubeconfigMerge.add(caller(), admin, data);

    List<String> lines = KubeconfigMerge.remove(caller(), data);

    assertEquals(List.of("removed context wherry from " + config()), lines);
    Kubeconfig after = Kubeconfig.load(new KubeconfigPaths(List.of(config()), true));
    assertEquals(before.tree(), after.tree());
    assertEquals(List.of(), KubeconfigMerge.remove(caller(), data));
  }

  @Test
  void remove_ownContextIsCurrent_emptiesIt() {
    KubeconfigMerge.add(caller(), admin, data);

    KubeconfigMerge.remove(caller(), data);

    assertEquals("", KubeconfigFile.read(config()).currentContext());
  }

  @Test
  void caller_underSudo_isTheOneWhoCalled() throws IOException {
    Path passwd =
        Files.writeString(
            folder.resolve("passwd"),
            "root:x:0:0::/root:/bin/sh\nmina:x:1234:1235::/home/mina:/bin/sh\n");

    Caller caller = Caller.of(Map.of("HOME", "/root", "SUDO_USER", "mina"), passwd);

    assertEquals(Path.of("/home/mina/.kube/config"), caller.kubeconfig());
    assertEquals(new OwnedFiles.Owner(1234, 1235), caller.owner());
  }

  @Test
  void caller_kubeconfigList_firstThatExists() throws IOException {
    Path there = Files.writeString(folder.resolve("b"), "");
    String list = folder.resolve("a") + ":" + there + ":" + folder.resolve("c");

    Caller caller = Caller.of(Map.of("KUBECONFIG", list), folder.resolve("passwd"));

    assertEquals(there, caller.kubeconfig());
  }
}

package dev.wherry.cli.client;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Applying by the server, beside kubectl. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerSideKubectlTest {
  private static final String MAP =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: %s}
      data: {a: "%s", b: "%s"}
      """;

  @TempDir static Path folder;
  private Referee referee;

  @BeforeAll
  void start() throws Exception {
    referee = new Referee(folder);
  }

  @AfterAll
  void stop() {
    if (referee != null) {
      referee.close();
    }
  }

  @AfterEach
  void verdict() {
    referee.verdict();
  }

  private String map(String name, String a, String b) throws Exception {
    return referee.file(name + a + b + ".yaml", MAP.formatted(name, a, b));
  }

  @Test
  void apply_newConflictForced_asKubectl() throws Exception {
    String one = map("m", "1", "1");
    String two = map("m", "2", "1");
    referee.same(
        """
        apply --server-side -f %1$s
        apply --server-side -f %1$s
        apply --server-side --field-manager=other -f %2$s
        apply --server-side --field-manager=other --force-conflicts -f %2$s
        get configmap m -o jsonpath={.data}
        get configmap m -o jsonpath={.metadata.managedFields[*].manager}
        apply --server-side --dry-run=server --force-conflicts -f %1$s
        apply --server-side --dry-run=client -f %1$s
        apply --server-side --force -f %1$s
        apply --force-conflicts -f %1$s
        """
            .formatted(one, two));
  }

  @Test
  void apply_afterClientSide_fieldsChangeHandsAndGo() throws Exception {
    String both = map("c", "1", "1");
    String less =
        referee.file(
            "less.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: '1'}}");
    referee.same(
        """
        apply -f %s
        apply --server-side -f %s
        get configmap c -o jsonpath={.data}
        get configmap c -o jsonpath={.metadata.managedFields[*].manager}
        get configmap c -o jsonpath={.metadata.managedFields[*].operation}
        """
            .formatted(both, less));
  }
}

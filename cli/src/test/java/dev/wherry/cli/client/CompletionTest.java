package dev.wherry.cli.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.lab.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What may follow on a line, and that bash asks for it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompletionTest {
  @TempDir static Path folder;
  private Referee referee;

  @BeforeAll
  void start() throws Exception {
    referee = new Referee(folder);
    referee.both(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: first}
        spec: {containers: [{name: one, image: i}, {name: two, image: i}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: second}
        spec: {containers: [{name: one, image: i}]}
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: node-@}
        """);
  }

  @AfterAll
  void stop() {
    if (referee != null) {
      referee.close();
    }
  }

  private List<String> complete(String... words) {
    String[] all = new String[words.length + 1];
    all[0] = "__complete";
    System.arraycopy(words, 0, all, 1, words.length);
    Referee.Ran ran = referee.wherry("", all);
    assertEquals(0, ran.exit(), ran.err());
    return ran.out().lines().toList();
  }

  @Test
  void complete_everyPlace_offersWhatFits() {
    assertEquals(List.of("cordon", "cp", "create"), complete("c").subList(6, 9));
    assertEquals(List.of("rollout", "run"), complete("-n", "ours", "r").subList(1, 3));
    assertTrue(complete("get", "po").contains("pods"));
    assertTrue(complete("get", "deploy").contains("deployments.apps"));
    assertEquals(List.of("first", "second"), complete("get", "pods", "-n", "ours", ""));
    assertEquals(List.of("second"), complete("get", "pods", "-n", "ours", "first", ""));
    assertEquals(List.of("pods/first"), complete("delete", "-n", "ours", "pods/f"));
    assertEquals(List.of("first"), complete("logs", "-n", "ours", "f"));
    assertEquals(List.of("one", "two"), complete("exec", "-n", "ours", "first", "-c", ""));
    assertEquals(List.of("node-ours", "node-theirs"), complete("drain", "node"));
    assertEquals(List.of("--free-ports"), complete("tunnel", "--free"));
    assertEquals(List.of("ours"), complete("get", "pods", "-n", "o"));
    assertEquals(List.of("--namespace=ours"), complete("get", "pods", "--namespace=o"));
    assertEquals(List.of("yaml"), complete("get", "pods", "-o", "y"));
    assertEquals(List.of("restart", "resume"), complete("rollout", "res"));
    assertEquals(List.of("daemonset", "deployment"), complete("rollout", "status", "d"));
    assertTrue(complete("get", "--all-n").contains("--all-namespaces"));
  }

  @Test
  void script_inBash_completesTheLine() throws Exception {
    Path program = folder.resolve("wherry");
    Files.writeString(
        program,
        """
        #!/bin/sh
        shift
        printf '%s/\\n' "$@"
        echo pods
        echo a=
        """);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    String script = referee.succeed("completion", "bash");
    Path file = Files.writeString(folder.resolve("completion.bash"), script);

    Command ran =
        Command.run(
            Map.of("PATH", folder + ":" + System.getenv("PATH")),
            List.of(
                "bash",
                "-c",
                "source "
                    + file
                    + "; COMP_LINE='wherry get po'; COMP_POINT=13; COMP_WORDS=(wherry get po);"
                    + " COMP_CWORD=2; __wherry_complete; printf '[%s]' \"${COMPREPLY[@]}\""));

    assertEquals("[get/][po/][pods][a=]", ran.text());
    for (String shell : List.of("zsh", "fish")) {
      assertTrue(referee.succeed("completion", shell).contains("__complete"));
    }
  }
}

package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.lab.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher script hands to Java, told by a Java that prints its arguments. */
class LauncherTest {
  @TempDir Path folder;

  @BeforeEach
  void lay() throws IOException {
    Path program = Files.createDirectories(folder.resolve("wherry/bin")).resolve("wherry");
    Files.copy(Path.of("src/main/launcher/wherry"), program);
    executable(program);
    Path java = Files.createDirectories(folder.resolve("java/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    executable(java);
    Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"25.0.3\"\n");
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> handed(Map<String, String> environment, String... words) throws IOException {
    Map<String, String> all = new HashMap<>(environment);
    all.put("JAVA_HOME", folder.resolve("java").toString());
    List<String> command = new ArrayList<>();
    command.add(folder.resolve("wherry/bin/wherry").toString());
    command.addAll(List.of(words));
    Command done = Command.run(all, command);
    assertEquals(0, done.exit(), done.text());
    return done.text().lines().toList();
  }

  @Test
  void words_ofTheCaller_arriveAsTheyAre() throws IOException {
    List<String> handed = handed(Map.of(), "get", "pods", "이름 하나", "");
    assertEquals(
        List.of("dev.wherry.cli.Wherry", "get", "pods", "이름 하나", ""),
        handed.subList(handed.size() - 5, handed.size()));
  }

  @Test
  void collector_isTheSmallestUnlessAnotherIsNamed() throws IOException {
    assertTrue(handed(Map.of(), "server").contains("-XX:+UseSerialGC"));
    List<String> other = handed(Map.of("WHERRY_JAVA_OPTIONS", "-XX:+UseG1GC -Xmx1g"), "server");
    assertTrue(other.containsAll(List.of("-XX:+UseG1GC", "-Xmx1g")), other::toString);
    assertFalse(other.contains("-XX:+UseSerialGC"), other::toString);
  }

  @Test
  void heap_followsTheMachineForServersAndIsSmallForClients() throws IOException {
    assertTrue(handed(Map.of(), "agent").contains("-XX:MaxRAMPercentage=30"));
    assertTrue(handed(Map.of(), "get", "pods").contains("-Xmx256m"));
  }

  @Test
  void kubectl_asTheProgramsName_isAVerbOfItsOwn() throws IOException {
    Path link = folder.resolve("wherry/bin/kubectl");
    Files.createSymbolicLink(link, Path.of("wherry"));
    Command done =
        Command.run(
            Map.of("JAVA_HOME", folder.resolve("java").toString()),
            List.of(link.toString(), "version"));
    List<String> handed = done.text().lines().toList();
    assertEquals(
        List.of("dev.wherry.cli.Wherry", "kubectl", "version"),
        handed.subList(handed.size() - 3, handed.size()));
  }

  @Test
  void record_ofAWorkerAlone_isTakenByAgentsOnly() throws IOException {
    Path lib = Files.createDirectories(folder.resolve("wherry/lib"));
    Files.createFile(lib.resolve("server.aot"));
    Files.createFile(lib.resolve("agent.aot"));
    assertTrue(handed(Map.of(), "server").contains("-XX:AOTCache=" + lib.resolve("server.aot")));
    assertTrue(handed(Map.of(), "agent").contains("-XX:AOTCache=" + lib.resolve("agent.aot")));
  }
}

package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** With 512 MB for the server, the agent in it and its containerd. */
class CounterPodInLittleMemoryTest extends CounterPodContract {
  private static final long LIMIT_BYTES = 512L * 1024 * 1024;
  private static final Path V1 = Path.of("/sys/fs/cgroup/memory");
  private static final Path V2 = Path.of("/sys/fs/cgroup");

  private final boolean unified = Files.exists(V2.resolve("cgroup.controllers"));
  private final Path group =
      (unified ? V2 : V1).resolve("wherry-e2e-" + ProcessHandle.current().pid());

  @Override
  List<String> wrapper() throws IOException {
    assumeTrue(
        unified || Files.exists(V1.resolve("memory.limit_in_bytes")), "no memory controller");
    Files.createDirectories(group);
    Files.writeString(
        group.resolve(unified ? "memory.max" : "memory.limit_in_bytes"),
        Long.toString(LIMIT_BYTES));
    String join = "echo $$ > " + group.resolve("cgroup.procs") + "; exec \"$@\"";
    return List.of("sh", "-c", join, "sh");
  }

  @Override
  List<String> flags() {
    return List.of("--runtime=containerd", "--node-name=e2e");
  }

  @Test
  void server_inTheGroup_isNeverShortOfMemory() throws Exception {
    String members = Files.readString(group.resolve("cgroup.procs"));
    String events =
        Files.readString(group.resolve(unified ? "memory.events" : "memory.oom_control"));

    assertTrue(members.lines().anyMatch(Long.toString(server().pid())::equals), members);
    assertTrue(events.lines().anyMatch("oom_kill 0"::equals), events);
  }

  @Test
  void server_inTheGroup_runsAsOnASmallMachine() throws Exception {
    String command = Files.readString(Path.of("/proc", Long.toString(server().pid()), "cmdline"));

    assertTrue(command.contains("-XX:TieredStopAtLevel=1"), command);
  }

  @Override
  @AfterAll
  void stop() throws Exception {
    super.stop();
    // The kernel removes it once the last process in it is reaped.
    new Program(List.of("rmdir"), Map.of()).await("No such file", group.toString());
  }
}

package dev.wherry.cli.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.Wherry;
import dev.wherry.machinery.time.SystemTimer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceTest {
  @TempDir private Path directory = Path.of("/nowhere");

  @Test
  void install_agentWithToken_keepsTheTokenFromTheUnit() throws Exception {
    int code =
        Wherry.run(
            "service",
            "install",
            "--no-start",
            "--root=" + directory,
            "--name=edge",
            "agent",
            "--",
            "--server=https://h:6443",
            "--token",
            "t0p.secret",
            "--node-name=$a b");

    String unit = Files.readString(directory.resolve("etc/systemd/system/edge.service"));
    Path secrets = directory.resolve("etc/wherry/edge.env");
    assertEquals(0, code);
    assertFalse(unit.contains("secret"), unit);
    assertTrue(unit.contains("/bin/wherry agent --server=https://h:6443 \"--node-name=$$a b\"\n"));
    assertTrue(unit.contains("\nKillMode=process\nDelegate=yes\n"), unit);
    assertTrue(unit.contains("\nSlice=-.slice\nMemoryMin=%d\n".formatted(kept())), unit);
    assertEquals("WHERRY_TOKEN=t0p.secret\n", Files.readString(secrets));
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)));
  }

  /** What pods do not get by default: a quarter of the machine, 256 MiB at most. */
  private static long kept() throws IOException {
    String total = Files.readAllLines(Path.of("/proc/meminfo")).getFirst();
    return Math.min(256L << 20, (Long.parseLong(total.replaceAll("[^0-9]", "")) << 10) / 4);
  }

  @Test
  void install_unknownRole_isRefusedAndWritesNothing() {
    assertEquals(
        1, Wherry.run("service", "install", "--no-start", "--root=" + directory, "worker"));
    assertFalse(Files.exists(directory.resolve("etc")));
  }

  @Test
  void words_thatSystemdExpands_areWritten() {
    assertEquals("a%%b", Unit.quoted("a%b"));
    assertEquals("\"a \\\"b\\\\\"", Unit.quoted("a \"b\\"));
  }

  @Test
  void manager_isToldReadyAndSignsOfLife() throws Exception {
    Path socket = directory.resolve("notify");
    Process listener =
        new ProcessBuilder(
                "python3",
                "-c",
                """
                import socket, sys
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.bind(sys.argv[1])
                print("bound", flush=True)
                while True: print(repr(s.recv(4096)), flush=True)
                """,
                socket.toString())
            .start();
    try (SystemTimer timer = new SystemTimer()) {
      var lines = listener.inputReader(StandardCharsets.UTF_8);
      assertEquals("bound", lines.readLine());

      UnitNotices.of(socket.toString(), "100000", "", 7).ready("works", timer);

      assertEquals("b'READY=1\\nSTATUS=works'", lines.readLine());
      assertEquals("b'WATCHDOG=1'", lines.readLine());
      assertEquals("b'WATCHDOG=1'", lines.readLine());
    } finally {
      listener.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void manager_ofAnotherProcess_isNotWatched() {
    assertTrue(UnitNotices.of("", "100000", "8", 7).watchdog().isZero());
  }
}

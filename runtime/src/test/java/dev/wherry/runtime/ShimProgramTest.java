package dev.wherry.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.runtime.fixture.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The C program, run as it is shipped. */
class ShimProgramTest {
  @TempDir Path directory;
  private Path shim;

  @BeforeEach
  void install() throws IOException {
    shim = ShimBinary.install(directory);
  }

  @Test
  void pause_onTermAndInt_endsWithZero() throws Exception {
    for (String signal : new String[] {"TERM", "INT"}) {
      Process pause = new ProcessBuilder(shim.toString(), "pause").start();
      Await.until("signals caught", () -> catches(pause.pid()));
      new ProcessBuilder("kill", "-" + signal, Long.toString(pause.pid())).start().waitFor();
      assertEquals(0, pause.waitFor());
    }
  }

  @Test
  void pause_asFirstProcess_reapsOrphans() throws Exception {
    // The shell's grandchildren are left to the pause process, which the shell turns into.
    String script = "for i in 1 2 3 4 5; do (true &) ; done; exec " + shim + " pause";
    Process outer =
        new ProcessBuilder("unshare", "-pf", "--kill-child", "sh", "-c", script).start();
    try {
      Await.until("a child", () -> outer.children().findFirst().isPresent());
      long pause = outer.children().findFirst().orElseThrow().pid();
      Await.until("signals caught", () -> catches(pause));
      Process orphan =
          new ProcessBuilder("nsenter", "-t", Long.toString(pause), "-p", "sh", "-c", "(true &)")
              .start();
      orphan.waitFor();
      Await.until("no zombie", () -> !hasChildren(pause));
      assertTrue(ProcessHandle.of(pause).orElseThrow().isAlive());
    } finally {
      outer.destroyForcibly().waitFor();
    }
  }

  @Test
  void dial_toAListener_relaysWithHalfClose() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      var heard = new CompletableFuture<String>();
      Thread.startVirtualThread(() -> answer(server, heard));
      Process dial = dial(server.getLocalPort());
      try (var in = dial.getOutputStream()) {
        in.write("question".getBytes(StandardCharsets.UTF_8));
      }
      assertEquals("question", heard.get());
      assertEquals(
          "answer", new String(dial.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      assertEquals(0, dial.waitFor());
    }
  }

  @Test
  void dial_toNobody_failsWithItsReason() throws Exception {
    // Bound without listening, the port is nobody else's meanwhile.
    try (var bound = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      Process dial = dial(bound.getLocalPort());
      String said = new String(dial.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(1, dial.waitFor());
      assertTrue(said.contains("Connection refused"), said);
    }
    assertEquals(2, new ProcessBuilder(shim.toString(), "dial", "x", "0").start().waitFor());
    assertEquals(2, new ProcessBuilder(shim.toString()).start().waitFor());
  }

  @Test
  void source_ofTheProgram_staysSmall() throws IOException {
    int lines = 0;
    try (var files = Files.newDirectoryStream(Path.of("../native"), "*.[ch]")) {
      for (Path file : files) {
        lines += Files.readAllLines(file).size();
      }
    }
    assertTrue(lines < 1_800, lines + " lines; decision 0330");
  }

  private Process dial(int port) throws IOException {
    return new ProcessBuilder(shim.toString(), "dial", "/proc/self/ns/net", Integer.toString(port))
        .start();
  }

  // Reads to the end before it answers, which only works when each direction closes alone.
  private static void answer(ServerSocket server, CompletableFuture<String> heard) {
    try (Socket socket = server.accept()) {
      heard.complete(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      socket.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      heard.completeExceptionally(e);
    }
  }

  private static boolean catches(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/status"))
          .contains("SigCgt:\t0000000000014002");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hasChildren(long pid) {
    try {
      Path children = Path.of("/proc/" + pid + "/task/" + pid + "/children");
      return !Files.readString(children).isBlank();
    } catch (IOException e) {
      return false;
    }
  }
}

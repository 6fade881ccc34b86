package dev.wherry.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The C program as built for arm64, its instructions emulated: system calls and layouts of that
 * architecture, on this kernel. Its supervisor is left out, for the emulator has a thread of its
 * own that takes the signals a signalfd waits for.
 */
class ShimAarch64Test {
  private static final long SECONDS_MAX = 60;

  @TempDir Path folder;
  private Path shim;

  @BeforeEach
  void install() throws IOException {
    assumeTrue(System.getProperty("os.arch", "").equals("amd64"), "this is arm64 itself");
    shim = folder.resolve("wherry-shim-aarch64");
    try (InputStream program =
        requireNonNull(
            ShimBinary.class.getResourceAsStream("shim/wherry-shim-aarch64"),
            "built without gcc-aarch64-linux-gnu, which ./dev test installs")) {
      Files.write(shim, program.readAllBytes());
    }
    Files.setPosixFilePermissions(shim, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Process emulated(String... words) throws IOException {
    String[] command = new String[words.length + 2];
    command[0] = "qemu-aarch64-static";
    command[1] = shim.toString();
    System.arraycopy(words, 0, command, 2, words.length);
    return new ProcessBuilder(command).start();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS), "it does not end");
    return process.exitValue();
  }

  @Test
  void version_isThatOfTheProgramOfThisMachine() throws Exception {
    Process here =
        new ProcessBuilder(ShimBinary.install(folder.resolve("bin")).toString(), "version").start();
    Process there = emulated("version");
    assertEquals(
        new String(here.getInputStream().readAllBytes(), UTF_8),
        new String(there.getInputStream().readAllBytes(), UTF_8));
    assertEquals(0, exitCode(there));
  }

  @Test
  void dial_toAListener_relaysWithHalfClose() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      var heard = new CompletableFuture<String>();
      Thread.startVirtualThread(() -> {
        try (Socket socket = server.accept()) {
          heard.complete(new String(socket.getInputStream().readAllBytes(), UTF_8));
          socket.getOutputStream().write("answer".getBytes(UTF_8));
        } catch (IOException e) {
          heard.completeExceptionally(e);
        }
      });
      Process dial = emulated("dial", "/proc/self/ns/net", Integer.toString(server.getLocalPort()));
      try (var in = dial.getOutputStream()) {
        in.write("question".getBytes(UTF_8));
      }
      assertEquals("question", heard.get(SECONDS_MAX, TimeUnit.SECONDS));
      assertEquals("answer", new String(dial.getInputStream().readAllBytes(), UTF_8));
      assertEquals(0, exitCode(dial));
    }
  }

  @Test
  void wrongWords_andNoNamespace_areSaidAndExitApart() throws Exception {
    Process dial = emulated("dial", folder.resolve("none").toString(), "1");
    String said = new String(dial.getErrorStream().readAllBytes(), UTF_8);
    assertEquals(1, exitCode(dial));
    assertTrue(said.contains("No such file or directory"), said);
    assertEquals(2, exitCode(emulated("dial", "x", "0")));
    assertEquals(2, exitCode(emulated()));
  }
}

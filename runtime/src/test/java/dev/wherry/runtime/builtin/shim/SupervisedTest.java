package dev.wherry.runtime.builtin.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.runtime.ShimBinary;
import dev.wherry.runtime.builtin.shim.Supervised.Phase;
import dev.wherry.runtime.fixture.Await;
import dev.wherry.streaming.remotecommand.RemoteProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real supervisor, over an OCI runtime that only starts the bundle's script. */
class SupervisedTest {
  private static final Duration SOON = Duration.ofSeconds(120);

  /** Longer than DRAIN_MILLIS_MAX and LINGER_MILLIS_MAX of native/supervise.c together. */
  private static final Duration SLOW = Duration.ofMillis(1500);

  private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1000));

  private static final String RUNTIME =
      """
      #!/bin/sh
      bundle= ; pid_file= ; log= ; command=
      while [ $# -gt 0 ]; do
        case $1 in
          --bundle) bundle=$2; shift ;;
          --pid-file) pid_file=$2; shift ;;
          --log) log=$2; shift ;;
          --root|--log-format) shift ;;
          run|delete) command=$1 ;;
        esac
        shift
      done
      [ "$command" = run ] || exit 0
      if [ ! -e "$bundle/script" ]; then
        echo '{"level":"error","msg":"no script"}' > "$log"
        exit 1
      fi
      # As crun does for the process's user.
      [ ! -e "$bundle/crun" ] || chown 1234:1235 /proc/self/fd/0
      exec 9<&0
      (sleep 0.02; exec sh "$bundle/script") <&9 &
      echo $! > "$pid_file"
      # Whoever is left does not wait for children, as runc does not.
      exec true
      """;

  @TempDir Path folder;
  private ShimSetup setup;
  private final AtomicInteger ends = new AtomicInteger();
  private final List<Supervised> all = new ArrayList<>();

  @BeforeEach
  void install() throws IOException {
    Path runtime = folder.resolve("runtime");
    Files.writeString(runtime, RUNTIME);
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectories(folder.resolve("run"));
    Files.createDirectories(folder.resolve("state"));
    setup =
        new ShimSetup(
            ShimBinary.install(folder.resolve("bin")),
            new OciRuntime(runtime, folder.resolve("oci"), false),
            List.of(),
            0,
            CLOCK);
  }

  @AfterEach
  void end() throws IOException {
    for (Supervised supervised : all) {
      supervised.signal(9);
      assertTrue(supervised.awaitGone(SOON));
    }
  }

  private Supervised supervised() {
    var supervised =
        new Supervised(
            "c", folder.resolve("run"), folder.resolve("state"), setup, ends::incrementAndGet);
    all.add(supervised);
    return supervised;
  }

  private Supervised started(String script, String... options) throws IOException {
    Files.writeString(folder.resolve("run/script"), script);
    Supervised supervised = supervised();
    supervised.start(List.of(options));
    return supervised;
  }

  private static Ended ended(Supervised supervised) {
    assertTrue(supervised.awaitEnd(SOON));
    return assertInstanceOf(Phase.Over.class, supervised.phase()).ended();
  }

  private List<String> log() throws IOException {
    return Files.readAllLines(folder.resolve("log")).stream()
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .toList();
  }

  private static String text(RemoteProcess process) throws IOException {
    var text = new StringBuilder();
    for (var output = process.read(); output.isPresent(); output = process.read()) {
      text.append(output.get().stderr() ? "!" : "");
      text.append(StandardCharsets.UTF_8.decode(output.get().bytes()));
    }
    return text.toString();
  }

  @Test
  void exit_isStoredBeforeItIsTold() throws Exception {
    Supervised supervised = started("exit 3");
    assertEquals(3, ended(supervised).exitCode());
    assertEquals("Error", ended(supervised).reason());
    assertEquals(3, Ended.read(folder.resolve("state/exit")).orElseThrow().exitCode());
    assertTrue(supervised.awaitGone(SOON));
    assertFalse(Files.exists(folder.resolve("run/sock")));
    Await.until("told once", () -> ends.get() == 1);
  }

  @Test
  void start_byARuntimeThatGivesStreamsAway_leavesTheHostItsNullDevice() throws Exception {
    Path device = Path.of("/dev/null");
    Files.createFile(folder.resolve("run/crun"));
    try {
      assertEquals(0, ended(started("exit 0")).exitCode());
      assertEquals(0, Files.getAttribute(device, "unix:uid"));
      assertEquals(0, Files.getAttribute(device, "unix:gid"));
    } finally {
      Files.setAttribute(device, "unix:uid", 0);
      Files.setAttribute(device, "unix:gid", 0);
    }
  }

  @Test
  void log_ofLongAndUnfinishedLines_isPartialAndWhole() throws Exception {
    String path = folder.resolve("log").toString();
    Supervised supervised =
        started("printf '%020000d\\n' 0; echo err >&2; printf a; printf b", "--log", path);
    ended(supervised);
    assertTrue(supervised.awaitGone(SOON));
    List<String> out = log().stream().filter(line -> line.startsWith("stdout")).toList();
    assertEquals("stdout P " + "0".repeat(16384), out.get(0));
    assertEquals("stdout F " + "0".repeat(3616), out.get(1));
    assertEquals("stdout P ab", out.get(2));
    assertTrue(log().contains("stderr F err"));
  }

  @Test
  void attached_clients_allHearEverythingAndShareTheInput() throws Exception {
    Supervised supervised =
        started("read a; echo $a; read b; echo $b >&2; cat", "--stdin", "--stdin-once");
    try (RemoteProcess one = supervised.attach(true, true, true, false);
        RemoteProcess two = supervised.attach(false, true, true, false)) {
      // The second is attached once its first output comes.
      one.write(ByteBuffer.wrap("x\ny\n".getBytes(StandardCharsets.UTF_8)));
      byte[] much = "z".repeat(300_000).getBytes(StandardCharsets.UTF_8);
      Thread writer =
          Thread.startVirtualThread(() -> {
            try {
              one.write(ByteBuffer.wrap(much));
              one.closeInput();
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      var heard = new java.util.concurrent.CompletableFuture<String>();
      Thread.startVirtualThread(() -> {
        try {
          heard.complete(text(two));
        } catch (IOException e) {
          heard.completeExceptionally(e);
        }
      });
      String all = text(one);
      assertTrue(all.startsWith("x\n"), all.substring(0, 10));
      assertTrue(all.contains("!y\n"));
      assertEquals(much.length + 5, all.length());
      assertTrue(heard.get().length() > 0);
      writer.join();
    }
    assertEquals(0, ended(supervised).exitCode());
  }

  @Test
  void end_beforeASlowClientHasAll_losesNothing() throws Exception {
    int size = 1_500_000;
    Path pid = folder.resolve("pid");
    Supervised supervised =
        started("read a; echo $$ > " + pid + "; exec head -c " + size + " /dev/zero", "--stdin");
    try (RemoteProcess client = supervised.attach(true, true, true, false)) {
      client.write(ByteBuffer.wrap("go\n".getBytes(StandardCharsets.UTF_8)));
      int heard = 0;
      boolean slow = false;
      for (var output = client.read(); output.isPresent(); output = client.read()) {
        heard += output.get().bytes().remaining();
        if (!slow && !Files.exists(Path.of("/proc", Files.readString(pid).strip()))) {
          slow = true;
          long over = System.nanoTime() + SLOW.toNanos();
          Await.until("the windows for others' output are over", () -> System.nanoTime() > over);
        }
      }
      assertEquals(size, heard);
    }
    assertEquals(0, ended(supervised).exitCode());
  }

  @Test
  void signal_andUnknownFrames_areAnswered() throws Exception {
    Supervised supervised = started("sleep 1000");
    try (FrameChannel link = FrameChannel.connect(folder.resolve("run/sock"))) {
      link.write(99);
      IOException refused = assertThrows(IOException.class, () -> link.awaitAnswer(99));
      assertTrue(String.valueOf(refused.getMessage()).contains("unknown"), refused.getMessage());
      link.write(FrameChannel.SIGNAL, (byte) 15);
      link.awaitAnswer(FrameChannel.SIGNAL);
    }
    assertEquals(143, ended(supervised).exitCode());
  }

  @Test
  void frame_tooLong_closesOnlyItsOwnConnection() throws Exception {
    Supervised supervised = started("sleep 1000");
    try (FrameChannel rude = FrameChannel.connect(folder.resolve("run/sock"))) {
      rude.writeHeader(FrameChannel.STDIN, 1 << 30);
      while (rude.read().isPresent()) {
        assertFalse(supervised.awaitEnd(Duration.ZERO));
      }
    }
    assertInstanceOf(Phase.Running.class, supervised.phase());
  }

  @Test
  void start_thatTheRuntimeRefuses_saysWhyAndIsOver() throws Exception {
    Supervised supervised = supervised();
    StartFailedException refused =
        assertThrows(StartFailedException.class, () -> supervised.start(List.of()));
    assertEquals("no script", refused.getMessage());
    assertEquals(
        new Ended(128, false, 1_000_000_000_000L, "StartError", "no script"), ended(supervised));
    Supervised later = supervised();
    later.find(Started.currentBoot());
    assertEquals("no script", ended(later).message());
  }

  @Test
  void find_ofARunningOne_watchesItOn() throws Exception {
    Supervised before = started("read x; exit 4", "--stdin", "--stdin-once");
    before.detach();
    all.remove(before);
    Supervised after = supervised();
    after.find(Started.currentBoot());
    assertEquals(before.pid(), after.pid());
    try (RemoteProcess process = after.attach(true, true, true, false)) {
      process.write(ByteBuffer.wrap("go\n".getBytes(StandardCharsets.UTF_8)));
      assertEquals(4, ended(after).exitCode());
    }
    Await.until("told once", () -> ends.get() == 1);
  }

  @Test
  void find_afterAReboot_isAnEndThatNobodySaw() throws Exception {
    Supervised supervised = supervised();
    supervised.find("another boot");
    assertEquals(255, ended(supervised).exitCode());
    assertTrue(ended(supervised).message().contains("node"));
  }

  @Test
  void reopenLog_afterARename_goesOnInANewFile() throws Exception {
    Path log = folder.resolve("log");
    Supervised supervised =
        started("echo one; read x; echo two; read x", "--log", log.toString(), "--stdin");
    Await.until("first", () -> log.toFile().length() > 0);
    Files.move(log, folder.resolve("log.1"));
    supervised.reopenLog();
    try (RemoteProcess process = supervised.attach(true, true, true, false)) {
      process.write(ByteBuffer.wrap("\n".getBytes(StandardCharsets.UTF_8)));
      Await.until("second", () -> log.toFile().length() > 0);
    }
    assertEquals(List.of("stdout F two"), log());
    assertInstanceOf(Phase.Running.class, supervised.phase());
  }
}

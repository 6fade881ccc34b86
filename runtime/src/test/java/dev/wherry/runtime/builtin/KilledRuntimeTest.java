package dev.wherry.runtime.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.runtime.fixture.Await;
import dev.wherry.runtime.fixture.CriClient;
import dev.wherry.runtime.images.ImageArchives;
import dev.wherry.runtime.images.ImageStore;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL of the program that runs pods, at any moment of their lives: each container starts once,
 * its exit code is told, nothing stays.
 */
class KilledRuntimeTest {
  private static final int PODS_AT_ONCE = 3;
  private static final int LATEST_MILLIS = 900;
  private static final long STEP_NANOS = 20_000_000;

  @TempDir private Path directory;
  private Path notes;

  @BeforeEach
  void importImage() throws Exception {
    notes = Files.createDirectories(directory.resolve("notes"));
    new ImageStore(directory.resolve("images"))
        .importArchive(new ByteArrayInputStream(ImageArchives.busybox(Path.of("/bin/busybox"))));
  }

  @AfterEach
  void removeCgroups() throws Exception {
    new ProcessBuilder(
            "sh",
            "-c",
            "find /sys/fs/cgroup -depth -type d -path '*/wherrykill*' -exec rmdir {} + ; true")
        .redirectErrorStream(true)
        .start()
        .waitFor();
  }

  @Test
  void kill_aFewTimes_startsEachContainerOnceAndLosesNoExitCode() throws Exception {
    killRepeatedly(4, 20_261_122L);
  }

  @Test
  @Tag("long")
  void kill_hundredsOfTimes_startsEachContainerOnceAndLosesNoExitCode() throws Exception {
    killRepeatedly(400, new Random().nextLong());
  }

  private void killRepeatedly(int kills, long seed) throws Exception {
    Random random = new Random(seed);
    List<PodLife> lives = new ArrayList<>();
    for (int round = 0; round <= kills; round++) {
      String where = "seed " + seed + " round " + round;
      Process process = start(where);
      try (CriClient cri = new CriClient(directory.resolve("cri.sock"))) {
        cri.images()
            .pullImage(
                PullImageRequest.newBuilder()
                    .setImage(ImageSpec.newBuilder().setImage("docker.io/library/busybox:latest"))
                    .build());
        while (round < kills && lives.size() < PODS_AT_ONCE) {
          lives.add(
              new PodLife("p" + round + "-" + lives.size(), notes, directory.resolve("logs")));
        }
        if (round < kills) {
          long until = System.nanoTime() + random.nextInt(LATEST_MILLIS) * 1_000_000L;
          live(cri, lives, until, where);
        } else {
          Await.until("all lives", () -> finished(cri, lives, where));
          assertNothingStays(where);
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  /** Lets all pods live side by side, each on a thread of its own, until the time has come. */
  private void live(CriClient cri, List<PodLife> lives, long until, String where) throws Exception {
    List<PodLife> over = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (PodLife life : List.copyOf(lives)) {
      threads.add(
          Thread.startVirtualThread(() -> {
            try {
              while (System.nanoTime() < until) {
                if (life.step(cri)) {
                  over.add(life);
                  return;
                }
                LockSupport.parkNanos(STEP_NANOS);
              }
            } catch (StatusRuntimeException killed) {
              // The next program is asked how far it came.
            }
          }));
    }
    LockSupport.parkNanos(Math.max(0, until - System.nanoTime()));
    kill();
    for (Thread thread : threads) {
      thread.join();
    }
    over.forEach(life -> check(life, where));
    lives.removeAll(over);
  }

  private boolean finished(CriClient cri, List<PodLife> lives, String where) {
    for (PodLife life : List.copyOf(lives)) {
      if (life.step(cri)) {
        check(life, where);
        lives.remove(life);
      }
    }
    return lives.isEmpty();
  }

  private void check(PodLife life, String where) {
    assertEquals(PodLife.EXIT_CODE, life.seen().orElse(-1), () -> where + " " + life.name());
    try {
      assertEquals(
          List.of("start"),
          Files.readAllLines(notes.resolve(life.name())),
          () -> where + " " + life.name());
    } catch (IOException e) {
      throw new AssertionError(where + " " + life.name(), e);
    }
  }

  private Process running;

  private void kill() throws InterruptedException {
    running.destroyForcibly().waitFor();
  }

  private Process start(String where) throws IOException, InterruptedException {
    Path log = directory.resolve("log");
    running =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                RuntimeProcess.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    String said = running.inputReader().readLine();
    assertTrue(
        said != null && said.startsWith("serves"), () -> where + ": " + said + " see " + tail(log));
    return running;
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void assertNothingStays(String where) throws IOException {
    for (String folder : List.of("state/containers", "state/sandboxes", "r/oci")) {
      Path path = directory.resolve(folder);
      if (Files.isDirectory(path)) {
        try (Stream<Path> left = Files.list(path)) {
          assertEquals(List.of(), left.toList(), where);
        }
      }
    }
    Await.until("no supervisor stays", () -> processes().isEmpty());
    assertEquals(
        List.of(),
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
            .filter(line -> line.contains(directory + "/roots") || line.contains(directory + "/r/"))
            .toList(),
        where);
  }

  /** Supervisors and OCI runtimes of this test. */
  private List<String> processes() {
    return ProcessHandle.allProcesses()
        .map(process -> String.join(" ", process.info().arguments().orElse(new String[0])))
        .filter(line -> line.contains(directory + "/r") && !line.contains("RuntimeProcess"))
        .toList();
  }
}

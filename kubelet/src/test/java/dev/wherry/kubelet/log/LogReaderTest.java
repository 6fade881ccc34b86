package dev.wherry.kubelet.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.Await;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
  private static final String LOG =
      """
      2026-11-21T08:00:00.000000001Z stdout F one
      2026-11-21T08:00:01.5Z stderr F two
      2026-11-21T08:00:02Z stdout P thr
      2026-11-21T08:00:02.1Z stdout F ee
      this line is not of CRI
      2026-11-21T08:00:03Z stdout F 네번째
      """;

  @TempDir Path directory;

  private String read(LogOptions options) throws Exception {
    Path log = directory.resolve("0.log");
    Files.writeString(log, LOG);
    try (LogWatch watch = new LogWatch()) {
      return new LogReader(watch).text(log, options);
    }
  }

  @Test
  void copy_all_joinsPartialLines() throws Exception {
    assertEquals("one\ntwo\nthree\n네번째\n", read(LogOptions.ALL));
  }

  @Test
  void copy_options_filterAndLimit() throws Exception {
    assertEquals("네번째\n", read(LogOptions.tail(1, -1)));
    assertEquals("", read(LogOptions.tail(0, -1)));
    assertEquals("one\nt", read(new LogOptions(false, -1, null, 5, false, null)));
    assertEquals("two\n", read(new LogOptions(false, -1, null, -1, false, LogStream.STDERR)));
    Instant since = Instant.parse("2026-11-21T08:00:02Z");
    assertEquals("three\n네번째\n", read(new LogOptions(false, -1, since, -1, false, null)));
    assertEquals(
        "2026-11-21T08:00:02Z three\n2026-11-21T08:00:03Z 네번째\n",
        read(new LogOptions(false, -1, since, -1, true, null)));
  }

  @Test
  void copy_follow_seesNewLinesRotationAndEnd() throws Exception {
    Path log = directory.resolve("0.log");
    Files.writeString(log, "2026-11-21T08:00:00Z stdout F one\n");
    AtomicBoolean alive = new AtomicBoolean(true);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LogWatch watch = new LogWatch()) {
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  new LogReader(watch)
                      .copy(log, new LogOptions(true, -1, null, -1, false, null), alive::get, out);
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      await(out, "one\n");
      Files.writeString(log, "2026-11-21T08:00:01Z stdout F two\n", StandardOpenOption.APPEND);
      await(out, "one\ntwo\n");
      Files.move(log, directory.resolve("0.log.20261121-080002"));
      Files.writeString(log, "2026-11-21T08:00:03Z stdout F three\n");
      await(out, "one\ntwo\nthree\n");
      alive.set(false);
      assertTrue(reader.join(Duration.ofSeconds(120)));
      assertEquals("one\ntwo\nthree\n", out.toString(StandardCharsets.UTF_8));
    }
  }

  private static void await(ByteArrayOutputStream out, String text) {
    Await.until(
        Duration.ofSeconds(120),
        () -> "log " + out,
        () -> out.toString(StandardCharsets.UTF_8).equals(text));
  }
}

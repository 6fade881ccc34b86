package dev.wherry.runtime.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.runtime.fixture.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogCopiesTest {
  @TempDir Path directory;

  /** A log in memory: entries with timestamps, some of them equal. */
  private static final class FakeLog implements LogSource {
    private final List<String> entries = new ArrayList<>();
    private final AtomicBoolean running = new AtomicBoolean();

    void add(int nanos, String text) {
      entries.add(String.format(Locale.ROOT, "2026-11-21T08:00:00.%09dZ %s", nanos, text));
    }

    @Override
    public Stream open(String id, String since) throws IOException {
      var bytes = new ByteArrayOutputStream();
      try (var out = new DataOutputStream(bytes)) {
        for (String entry : entries) {
          if (entry.compareTo(since) >= 0) {
            byte[] content = entry.getBytes(StandardCharsets.UTF_8);
            out.writeInt(1 << 24);
            out.writeInt(content.length);
            out.write(content);
          }
        }
      }
      InputStream in = new ByteArrayInputStream(bytes.toByteArray());
      return new Stream() {
        @Override
        public InputStream in() {
          return in;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public boolean mayWriteMore(String id) {
      return running.get();
    }
  }

  private final FakeLog source = new FakeLog();

  @Test
  void follow_afterTornLine_writesItAgainOnce() throws IOException {
    source.add(1, "one\n");
    source.add(2, "two\n");
    source.add(2, "three\n");
    source.add(3, "four\n");
    Path log = directory.resolve("0.log");
    Files.writeString(
        log,
        "2026-11-21T08:00:00.000000001Z stdout F one\n"
            + "2026-11-21T08:00:00.000000002Z stdout F two\n2026-11-21T08:00:00.00000");
    copy(log);
    assertEquals(List.of("F one", "F two", "F three", "F four"), contents(log));
    copy(log);
    assertEquals(4, contents(log).size());
  }

  @Test
  void follow_withLongLine_marksItsPieces() throws IOException {
    source.add(1, "a".repeat(DockerLogReader.SPLIT_BYTES));
    source.add(1, "end\n");
    source.add(2, "\n");
    Path log = directory.resolve("0.log");
    copy(log);
    assertEquals(
        List.of("P " + "a".repeat(DockerLogReader.SPLIT_BYTES), "F end", "F "), contents(log));
  }

  @Test
  void follow_afterRotationWithoutReopen_goesOnWhereTheOldFileEnded() throws IOException {
    source.add(1, "one\n");
    source.add(2, "two\n");
    Path log = directory.resolve("0.log");
    Files.writeString(
        directory.resolve("0.log.20260101-000000"),
        "2026-11-21T08:00:00.000000001Z stdout F one\n");
    copy(log);
    assertEquals(List.of("F two"), contents(log));
  }

  @Test
  void bareEntries_ofATerminal_splitAtLineFeedsAndAtSize() throws IOException {
    String stamp = "2026-11-21T08:00:00.000000001Z ";
    String text =
        stamp + "x\r\n" + stamp + "b".repeat(DockerLogReader.SPLIT_BYTES) + stamp + "rest\n";
    var reader =
        new DockerLogReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), true);
    assertEquals(2, reader.next().orElseThrow().content().remaining());
    assertEquals(true, reader.next().orElseThrow().partial());
    assertEquals(4, reader.next().orElseThrow().content().remaining());
    assertEquals(true, reader.next().isEmpty());
  }

  private void copy(Path log) {
    try (var copies = new LogCopies(source, directory.resolve("state"))) {
      copies.follow("c1", log, false);
      long last = source.entries.size();
      Await.until("copied", () -> rawLines(log) >= expectedLines(log, last));
    }
  }

  // Lines of rotated files count too.
  private long expectedLines(Path log, long entries) {
    return entries - (Files.exists(log.resolveSibling("0.log.20260101-000000")) ? 1 : 0);
  }

  private static long rawLines(Path log) {
    try {
      // Whole ones: the copy may be writing the next.
      return Files.readString(log).chars().filter(c -> c == '\n').count();
    } catch (IOException e) {
      return 0;
    }
  }

  private static List<String> contents(Path log) throws IOException {
    return Files.readAllLines(log).stream().map(l -> l.replaceFirst("^\\S+ stdout ", "")).toList();
  }
}

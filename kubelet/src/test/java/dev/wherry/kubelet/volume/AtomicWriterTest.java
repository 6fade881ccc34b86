package dev.wherry.kubelet.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicWriterTest {
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

  @TempDir Path directory;

  private static VolumeFile file(String path, String text) {
    return new VolumeFile(path, text.getBytes(), 0644);
  }

  private boolean write(VolumeFile... files) throws IOException {
    return new AtomicWriter(directory, -1, new Random(1)).write(List.of(files), NOW);
  }

  @Test
  void write_changedSet_replacesItThroughTheDataLink() throws Exception {
    assertTrue(write(file("a", "1"), file("sub/b", "2")));
    assertEquals("1", Files.readString(directory.resolve("a")));
    assertEquals("2", Files.readString(directory.resolve("sub/b")));
    assertEquals(Path.of("..data/a"), Files.readSymbolicLink(directory.resolve("a")));
    assertFalse(write(file("a", "1"), file("sub/b", "2")), "the same set is not written again");
    Path first = Files.readSymbolicLink(directory.resolve("..data"));
    assertTrue(new AtomicWriter(directory, -1, new Random(2)).write(List.of(file("a", "3")), NOW));
    assertEquals("3", Files.readString(directory.resolve("a")));
    assertFalse(Files.exists(directory.resolve("sub")));
    assertFalse(Files.exists(directory.resolve(first)));
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(3, left.count(), "the data link, its directory and one file");
    }
  }

  @Test
  void write_pathLeadsOut_isRefused() {
    assertThrows(IOException.class, () -> write(file("../x", "1")));
  }
}

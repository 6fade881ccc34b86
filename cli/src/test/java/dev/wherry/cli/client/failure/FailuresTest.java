package dev.wherry.cli.client.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailuresTest {
  @TempDir private Path folder;

  @Test
  void line_fileWhereADirectoryBelongs_saysWhatIsInTheWay() throws IOException {
    Path file = Files.createFile(folder.resolve("log"));
    IOException e = assertThrows(IOException.class, () -> Files.createDirectories(file));
    assertEquals(
        "error: " + file + " is in the way: move it, or choose another place", Failures.line(e));
  }

  @Test
  void line_missingFile_isNamed() {
    Path file = folder.resolve("none");
    IOException e = assertThrows(IOException.class, () -> Files.readString(file));
    assertEquals("error: no such file or directory: " + file, Failures.line(e));
  }
}

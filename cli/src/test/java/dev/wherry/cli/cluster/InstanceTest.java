package dev.wherry.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceTest {
  @TempDir Path data;

  @Test
  void find_announced_isThisProcessUntilTheMarkCloses() throws IOException {
    try (Instance.Mark mark = Instance.announce(data, "https://127.0.0.1:6443", "n1")) {
      Instance found = Instance.find(data).orElseThrow();
      assertEquals(ProcessHandle.current(), found.process());
      assertEquals("https://127.0.0.1:6443", found.url());
      assertEquals("n1", found.node());
    }

    assertTrue(Instance.find(data).isEmpty());
  }

  @Test
  void find_numberUsedAgainByAnother_isNotTheServer() throws IOException {
    Instance.announce(data, "https://127.0.0.1:6443", "");
    Path file = data.resolve("server.properties");
    String text = Files.readString(file);
    Files.writeString(
        file, text.replaceAll("start=.*", "start=2000-01-01T00\\\\\\\\:00\\\\\\\\:00Z"));

    assertTrue(Instance.find(data).isEmpty());
  }
}

package dev.wherry.cli.client.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.lab.OwnProgram;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said without a server; with one in the StreamsTests. */
class TunnelCommandTest {
  @TempDir Path folder;

  private String refused(String... words) throws Exception {
    Path kubeconfig = Files.writeString(folder.resolve("config"), "");
    String[] line = new String[words.length + 2];
    line[0] = "tunnel";
    line[1] = "--server=http://127.0.0.1:1";
    System.arraycopy(words, 0, line, 2, words.length);
    InputStream nothing = InputStream.nullInputStream();
    try (OwnProgram program = new OwnProgram(kubeconfig, folder, nothing, line)) {
      assertEquals(1, program.ended(), program.said());
      return program.said();
    }
  }

  @Test
  void run_badInput_isOneLine() throws Exception {
    assertEquals(
        "error: pod/box: write the names of Services, and their namespace behind -n",
        refused("pod/box").strip());
    assertTrue(refused("svc/").contains("svc/: write the names of Services"));
    assertEquals("error: nonsense is not a valid IP", refused("--address=nonsense").strip());
    assertTrue(refused("web").contains("127.0.0.1:1 was refused: is it running?"));
  }

  @Test
  void complete_flags_areThere() throws Exception {
    InputStream nothing = InputStream.nullInputStream();
    String[] words = {"__complete", "tunnel", "--free"};
    try (OwnProgram program = new OwnProgram(folder.resolve("none"), folder, nothing, words)) {
      assertEquals(0, program.ended());
      assertEquals("--free-ports\n", program.out());
    }
  }
}

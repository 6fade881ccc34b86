package dev.wherry.runtime.images.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.StoredImage;
import dev.wherry.runtime.images.fixture.CutDisk;
import dev.wherry.runtime.images.fixture.FaultyRegistry;
import dev.wherry.runtime.images.fixture.TarBytes;
import dev.wherry.runtime.images.fixture.TestImage;
import dev.wherry.runtime.images.system.FileTree;
import dev.wherry.runtime.images.system.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The crash contract of docs/runtime-images.md: a process is killed at a random moment of pulling,
 * unpacking, mounting and removing, half of the times with the disk's power.
 */
class ImageCrashTest {
  private static final int FILES = 40;
  private static final int FILE_BYTES = 20_000;
  private static final int LATEST_MILLIS = 1_000;
  private static final String MANY_ROUNDS = "1000000";
  private static final Path MEMORY = Path.of("/dev/shm");

  private Path folder;
  private CutDisk disk;
  private FaultyRegistry registry;
  private TestImage image;
  private ImageName name;

  @BeforeEach
  void prepare() throws Exception {
    folder = Files.createTempDirectory(Files.isWritable(MEMORY) ? MEMORY : Path.of("/tmp"), "cut");
    disk = CutDisk.make(folder);
    registry = new FaultyRegistry();
    Random random = new Random(7);
    List<byte[]> layers = new ArrayList<>();
    for (int layer = 0; layer < 3; layer++) {
      TarBytes tar = new TarBytes();
      for (int i = 0; i < FILES; i++) {
        byte[] content = new byte[FILE_BYTES];
        random.nextBytes(content);
        tar.file("layer-" + layer + "/file-" + i, 0644, content);
      }
      layers.add(tar.bytes());
    }
    image = TestImage.of(layers);
    registry.put("app", "1", image);
    name = ImageName.parse(registry.authority() + "/app:1");
  }

  @AfterEach
  void clean() throws Exception {
    registry.close();
    disk.close();
    FileTree.remove(folder);
  }

  @Test
  void kill_aFewTimes_leavesAllOrNothing() throws Exception {
    killRepeatedly(4, 20_261_121L);
  }

  @Test
  @Tag("long")
  void kill_hundredsOfTimes_leavesAllOrNothing() throws Exception {
    killRepeatedly(400, new Random().nextLong());
  }

  private void killRepeatedly(int times, long seed) throws Exception {
    Random random = new Random(seed);
    for (int round = 0; round < times; round++) {
      String where = "seed " + seed + " round " + round;
      boolean power = round % 2 == 0;
      Process process = start();
      process.inputReader().readLine();
      process.waitFor(random.nextInt(LATEST_MILLIS), TimeUnit.MILLISECONDS);
      boolean alive = process.isAlive();
      assertTrue(alive, () -> where + ": " + process.inputReader().lines().toList());
      process.destroyForcibly().waitFor();
      if (power) {
        disk.cut();
      }
      checkWhatIsThere(where);
      checkItWorks(where);
    }
  }

  private Path data() {
    return disk.path().resolve("data");
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            PullingProcess.class.getName(),
            data().toString(),
            name.toString(),
            MANY_ROUNDS)
        .redirectErrorStream(true)
        .start();
  }

  /** What is recorded is whole, before anybody mends anything. */
  private void checkWhatIsThere(String where) throws IOException {
    ImageStore store = new ImageStore(data().resolve("images"));
    for (StoredImage pulled : store.pulled()) {
      assertEquals(image.digest(), pulled.digest(), where);
      assertTrue(store.blob(image.digest()).isPresent(), where);
      for (String blob : image.blobs().keySet()) {
        byte[] bytes = Files.readAllBytes(store.blob(blob).orElseThrow());
        assertEquals(blob, TestImage.digest(bytes), where);
      }
    }
    Path layers = data().resolve("images/layers");
    if (!Files.exists(layers)) {
      return;
    }
    try (Folder open = Folder.of(layers)) {
      for (String layer : FileTree.names(open)) {
        JsonNode record =
            Trees.parse(Files.readAllBytes(layers.resolve(layer).resolve("layer.json")));
        assertEquals((long) FILES * FILE_BYTES, record.path("bytes").asLong(), where);
        checkFiles(layers.resolve(layer).resolve("root"), where);
      }
    }
  }

  private static void checkFiles(Path root, String where) throws IOException {
    try (var folders = Files.list(root)) {
      Path only = folders.findFirst().orElseThrow();
      int layer = Integer.parseInt(only.getFileName().toString().substring("layer-".length()));
      Random random = new Random(7);
      byte[] expected = new byte[FILE_BYTES];
      for (int i = 0; i < (layer + 1) * FILES; i++) {
        random.nextBytes(expected);
        if (i >= layer * FILES) {
          Path file = only.resolve("file-" + (i - layer * FILES));
          assertEquals(
              TestImage.digest(expected), TestImage.digest(Files.readAllBytes(file)), where);
        }
      }
    }
  }

  /** After a start nothing is left over, and everything can be done. */
  private void checkItWorks(String where) throws Exception {
    try {
      PullingProcess.main(new String[] {data().toString(), name.toString(), "1"});
    } catch (Exception e) {
      throw new AssertionError(where, e);
    }
    for (String left : List.of("blobs", "layers", "unpacking", "pulled")) {
      try (var files = Files.list(data().resolve("images").resolve(left))) {
        assertEquals(List.of(), files.toList(), where);
      }
    }
    try (var roots = Files.list(data().resolve("roots"))) {
      for (Path root : roots.toList()) {
        // A mounted root of the killed process is the containers' side to end.
        assertFalse(root.getFileName().toString().startsWith(".half-"), where);
      }
    }
  }
}

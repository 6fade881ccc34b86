package dev.wherry.kubelet.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPathsTest {
  private static final String NAME = "pvc-0f9c2a51-3b7d-4b52-9d4e-2f6f6a1c7e11_default_data";

  @TempDir Path home;

  private Path root() {
    return home.resolve("storage");
  }

  private LocalPaths paths() {
    return new LocalPaths(root());
  }

  @Test
  void provide_volumeOfOurs_isMadeForAnyUser_andKeptThen() throws Exception {
    Path volume = root().resolve(NAME);
    paths().provide(volume);
    assertEquals(0777, Modes.get(volume));
    assertEquals(0700, Modes.get(root()));
    Modes.set(volume, 0750, -1);
    paths().provide(volume);
    assertEquals(0750, Modes.get(volume));
  }

  @Test
  void provide_outsideOfTheRoot_isRefused() throws Exception {
    Files.createDirectories(root());
    Files.createSymbolicLink(root().resolve(NAME), home);
    assertThrows(VolumeException.class, () -> paths().provide(home.resolve(NAME)));
    assertThrows(VolumeException.class, () -> paths().provide(root().resolve("data")));
    assertThrows(VolumeException.class, () -> paths().provide(root().resolve(NAME)));
  }

  @Test
  void remove_treeWithLinksOut_takesNothingElse() throws Exception {
    Path outside = Files.createDirectories(home.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "x");
    Path volume = root().resolve(NAME);
    paths().provide(volume);
    Files.createDirectories(volume.resolve("a/b"));
    Files.writeString(volume.resolve("a/b/file"), "x");
    Files.createSymbolicLink(volume.resolve("a/link"), outside);
    Files.createSymbolicLink(volume.resolve("up"), Path.of("../.."));

    paths().remove(NAME);

    assertFalse(Files.exists(volume));
    assertTrue(Files.exists(outside.resolve("precious")));
    assertTrue(Files.isDirectory(root()));
    paths().remove(NAME);
  }

  @Test
  void remove_volumeIsALink_onlyTheLinkGoes() throws Exception {
    Path outside = Files.createDirectories(home.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "x");
    Files.createDirectories(root());
    Files.createSymbolicLink(root().resolve(NAME), outside);
    paths().remove(NAME);
    assertTrue(Files.exists(outside.resolve("precious")));
    assertFalse(Files.isSymbolicLink(root().resolve(NAME)));
  }

  @Test
  void remove_notAVolumesName_isRefused() {
    for (String name : new String[] {"..", ".", "", "data", NAME + "/..", "../" + NAME}) {
      assertThrows(VolumeException.class, () -> paths().remove(name), name);
    }
  }
}

package dev.wherry.kubelet.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubPathsTest {
  @Test
  void make_missingDirectories_haveTheVolumesPermissions(@TempDir Path volume) throws IOException {
    Modes.set(volume, 03777, -1);
    Files.createDirectory(volume.resolve("there"));
    Modes.set(volume.resolve("there"), 0700, -1);

    SubPaths.make(volume, volume.resolve("there/new/deep"));

    assertEquals(0700, Modes.get(volume.resolve("there")));
    assertEquals(03777, Modes.get(volume.resolve("there/new")));
    assertEquals(03777, Modes.get(volume.resolve("there/new/deep")));
  }
}

package dev.wherry.kubelet.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Directories within a volume that a mount asks for by subPath. */
public final class SubPaths {
  private static final int MODE_BITS = 07777;

  private SubPaths() {}

  /**
   * Makes what is missing of a path below a volume, with the volume's own permissions, so that who
   * may write to the volume may write there too (rule: upstream's SafeMakeDir).
   */
  public static void make(Path volume, Path wanted) throws IOException {
    int mode = Modes.get(volume) & MODE_BITS;
    Path made = volume;
    for (Path part : volume.relativize(wanted)) {
      made = made.resolve(part);
      if (!Files.exists(made)) {
        Files.createDirectory(made);
        Modes.set(made, mode, -1);
      }
    }
  }
}

package dev.wherry.kubelet.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Permission bits and groups of files, by number. */
final class Modes {
  private static final int BITS = 07777;

  private Modes() {}

  static int get(Path path) throws IOException {
    return ((Integer) Files.getAttribute(path, "unix:mode")) & BITS;
  }

  /**
   * Sets all twelve bits, and the group unless it is negative; an unprivileged kubelet keeps its
   * own group.
   */
  static void set(Path path, int mode, int group) throws IOException {
    if (group >= 0) {
      Files.setAttribute(path, "unix:gid", group);
    }
    Files.setAttribute(path, "unix:mode", mode & BITS);
  }
}

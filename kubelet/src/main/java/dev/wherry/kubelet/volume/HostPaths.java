package dev.wherry.kubelet.volume;

import dev.wherry.model.core.v1.HostPathVolumeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks and makes host paths by their type (rule: hostPath volumes). */
final class HostPaths {
  private static final int DIRECTORY_MODE = 0755;
  private static final int FILE_MODE = 0644;
  private static final int TYPE_BITS = 0170000;
  private static final int SOCKET = 0140000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int CHARACTER_DEVICE = 0020000;

  private HostPaths() {}

  static Path prepare(HostPathVolumeSource source) throws VolumeException, IOException {
    Path path = Path.of(source.path());
    switch (source.type()) {
      case "DirectoryOrCreate" -> {
        if (!Files.exists(path)) {
          Files.createDirectories(path);
          Modes.set(path, DIRECTORY_MODE, -1);
        }
        require(Files.isDirectory(path), source, "is not a directory");
      }
      case "Directory" -> require(Files.isDirectory(path), source, "is not a directory");
      case "FileOrCreate" -> {
        if (!Files.exists(path)) {
          Files.createFile(path);
          Modes.set(path, FILE_MODE, -1);
        }
        require(Files.isRegularFile(path), source, "is not a file");
      }
      case "File" -> require(Files.isRegularFile(path), source, "is not a file");
      case "Socket" -> require(isType(path, SOCKET), source, "is not a socket file");
      case "CharDevice" ->
          require(isType(path, CHARACTER_DEVICE), source, "is not a character device");
      case "BlockDevice" -> require(isType(path, BLOCK_DEVICE), source, "is not a block device");
      default -> {}
    }
    return path;
  }

  private static boolean isType(Path path, int type) throws IOException {
    return Files.exists(path)
        && (((Integer) Files.getAttribute(path, "unix:mode")) & TYPE_BITS) == type;
  }

  private static void require(boolean fits, HostPathVolumeSource source, String complaint)
      throws VolumeException {
    if (!fits) {
      throw new VolumeException("hostPath type check failed: " + source.path() + " " + complaint);
    }
  }
}

package dev.wherry.runtime.logs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far logs were copied, over restarts of this program: the log file itself says, and where the
 * kubelet has rotated it away, a small file written when that happened, or the rotated file.
 */
final class LogPositions {
  private final Path directory;

  LogPositions(Path directory) {
    this.directory = directory;
  }

  LogPosition resume(String containerId, Path log) throws IOException {
    LogPosition position = CriLogFile.position(log).max(remembered(containerId));
    for (Path rotated : rotated(log)) {
      position = position.max(CriLogFile.position(rotated));
    }
    return position;
  }

  void remember(String containerId, LogPosition position) throws IOException {
    Files.createDirectories(directory);
    Path fresh = Files.createTempFile(directory, "position", ".new");
    Files.writeString(fresh, position.timestamp() + " " + position.count());
    Files.move(fresh, file(containerId), StandardCopyOption.ATOMIC_MOVE);
  }

  void forget(String containerId) throws IOException {
    Files.deleteIfExists(file(containerId));
  }

  private LogPosition remembered(String containerId) throws IOException {
    try {
      String[] words = Files.readString(file(containerId)).split(" ", 2);
      return new LogPosition(words[0], Integer.parseInt(words[1].strip()));
    } catch (NoSuchFileException | NumberFormatException e) {
      return LogPosition.START;
    }
  }

  // The kubelet names them LOG.TIME and packs all but the newest.
  private static List<Path> rotated(Path log) throws IOException {
    Path directory = log.toAbsolutePath().getParent();
    String prefix = log.getFileName() + ".";
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(prefix))
          .filter(f -> !f.toString().endsWith(".gz") && !f.toString().endsWith(".tmp"))
          .toList();
    }
  }

  private Path file(String containerId) {
    return directory.resolve(containerId + ".position");
  }
}

package dev.wherry.kubelet.housekeeping;

import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriRuntime;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Keeps a container's log within its limits (rule: containerLogMaxSize and MaxFiles). */
final class LogRotation {
  private static final DateTimeFormatter SUFFIX =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final CriRuntime runtime;
  private final NodeSettings.LogLimits limits;

  LogRotation(CriRuntime runtime, NodeSettings.LogLimits limits) {
    this.runtime = runtime;
    this.limits = limits;
  }

  /** Rotates when the log has grown; the runtime then opens a new file. */
  void check(ContainerSnapshot container, Instant now) throws IOException {
    Path log = Path.of(container.logPath());
    if (container.logPath().isEmpty()
        || !Files.exists(log)
        || Files.size(log) < limits.fileBytesMax()) {
      return;
    }
    drop(log, limits.filesMax() - 2);
    Path rotated = log.resolveSibling(log.getFileName() + "." + SUFFIX.format(now));
    Files.move(log, rotated, StandardCopyOption.ATOMIC_MOVE);
    try {
      runtime.reopenLog(container.id());
    } catch (RuntimeException e) {
      Files.move(rotated, log, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
  }

  /** Deletes the oldest rotated files beyond the given number. */
  private static void drop(Path log, int keep) throws IOException {
    List<Path> rotated = new ArrayList<>();
    Path directory = java.util.Objects.requireNonNull(log.getParent(), "a log is in a directory");
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, log.getFileName() + ".*")) {
      files.forEach(rotated::add);
    }
    rotated.sort(null);
    for (Path old : rotated.subList(0, Math.max(0, rotated.size() - keep))) {
      Files.deleteIfExists(old);
    }
  }
}

package dev.wherry.apiserver.audit;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;

/**
 * The file of the log: mode 0600, turned over by size, named as upstream's (lumberjack) with the
 * time of its end. One thread owns it.
 */
final class AuditFile implements AutoCloseable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS").withZone(ZoneOffset.UTC);

  private final AuditConfig config;
  private final InstantSource clock;
  private OutputStream out;
  private long bytes;

  AuditFile(AuditConfig config, InstantSource clock) throws IOException {
    this.config = config;
    this.clock = clock;
    this.out = open();
  }

  private boolean isStandardOutput() {
    return config.log().toString().equals("-");
  }

  private OutputStream open() throws IOException {
    if (isStandardOutput()) {
      return new FileOutputStream(FileDescriptor.out);
    }
    Path folder = config.log().toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (!Files.exists(config.log())) {
      Files.createFile(
          config.log(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    bytes = Files.size(config.log());
    return new BufferedOutputStream(Files.newOutputStream(config.log(), StandardOpenOption.APPEND));
  }

  void write(byte[] line) throws IOException {
    boolean full = bytes > 0 && bytes + line.length > config.fileBytesMax();
    if (full && !isStandardOutput()) {
      turnOver();
    }
    out.write(line);
    bytes += line.length;
  }

  void flush() throws IOException {
    out.flush();
  }

  private void turnOver() throws IOException {
    out.close();
    String name = name();
    int dot = name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    String end = dot > 0 ? name.substring(dot) : "";
    String time = TIME.format(clock.instant());
    Path target = config.log().resolveSibling(stem + "-" + time + end);
    for (int i = 1; Files.exists(target); i++) {
      target = config.log().resolveSibling(stem + "-" + time + "." + i + end);
    }
    Files.move(config.log(), target);
    out = open();
    if (config.filesMax() > 0) {
      List<Path> old = turnedOver(stem + "-", end);
      for (Path path : old.subList(0, Math.max(0, old.size() - config.filesMax()))) {
        Files.deleteIfExists(path);
      }
    }
  }

  private String name() {
    Path name = config.log().getFileName();
    return name == null ? "audit" : name.toString();
  }

  /** Oldest first. */
  private List<Path> turnedOver(String begin, String end) throws IOException {
    Path folder = config.log().toAbsolutePath().getParent();
    try (Stream<Path> all = Files.list(folder == null ? Path.of(".") : folder)) {
      return all.filter(
              path -> {
                String name = String.valueOf(path.getFileName());
                return name.startsWith(begin)
                    && name.endsWith(end)
                    && name.substring(begin.length()).matches("\\d{4}-\\d{2}-\\d{2}T.*");
              })
          .sorted()
          .toList();
    }
  }

  @Override
  public void close() throws IOException {
    if (isStandardOutput()) {
      out.flush();
    } else {
      out.close();
    }
  }
}

package dev.wherry.machinery.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files that hold keys: written whole beside the target, synced, then renamed over it, so that a
 * reader or a crash never sees half a file, and with their final mode from the first byte on.
 */
public final class PrivateFiles {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> WORLD_READABLE =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final Set<PosixFilePermission> OWNER_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private PrivateFiles() {}

  /** Writes a file only its owner can read (0600). */
  public static void writeSecret(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8), OWNER_ONLY);
  }

  /** Writes a file only its owner can read (0600). */
  public static void writeSecret(Path file, byte[] content) {
    write(file, content, OWNER_ONLY);
  }

  /** Writes a file everybody may read (0644): certificates, public keys. */
  public static void writePublic(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8), WORLD_READABLE);
  }

  /** Makes the directory and its parents; the directory itself gets mode 0700 if it is new. */
  public static void createDirectory(Path directory) {
    try {
      if (Files.isDirectory(directory)) {
        return;
      }
      Path parent = directory.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_DIRECTORY));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create directory " + directory, e);
    }
  }

  /** Reads a small text file. */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static void write(Path file, byte[] content, Set<PosixFilePermission> mode) {
    Path target = file.toAbsolutePath();
    Path directory = target.getParent();
    if (directory == null) {
      throw new PkiException("not a file: " + file);
    }
    try {
      Path draft =
          Files.createTempFile(
              directory,
              "." + target.getFileName(),
              ".new",
              PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      try {
        fill(draft, content);
        Files.setPosixFilePermissions(draft, mode);
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(draft);
      }
      syncDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private static void fill(Path draft, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  private static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}

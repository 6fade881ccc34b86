package dev.wherry.runtime.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files named by their SHA-256. A file is there whole or not at all. */
final class Blobs {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final String PREFIX = "sha256:";

  private final Path directory;

  Blobs(Path directory) {
    this.directory = directory;
  }

  /** Stores a stream; returns its digest. */
  String put(InputStream in) throws IOException {
    Files.createDirectories(directory);
    Path fresh = Files.createTempFile(directory, "blob", ".new");
    try {
      MessageDigest hash = sha256();
      try (OutputStream out = new DigestOutputStream(Files.newOutputStream(fresh), hash)) {
        in.transferTo(out);
      }
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      String hex = HexFormat.of().formatHex(hash.digest());
      Files.move(fresh, directory.resolve(hex), StandardCopyOption.ATOMIC_MOVE);
      return PREFIX + hex;
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  static boolean isDigest(String text) {
    return DIGEST.matcher(text).matches();
  }

  /** Takes a whole file whose digest is known. */
  void adopt(Path file, String digest) throws IOException {
    Files.createDirectories(directory);
    Files.move(
        file, directory.resolve(digest.substring(PREFIX.length())), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Brings the names of blobs to the disk; their bytes are there already. */
  void sync() throws IOException {
    Files.createDirectories(directory);
    try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /** Bytes of all blobs. */
  long bytes() throws IOException {
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        bytes += Files.exists(file) ? Files.size(file) : 0;
      }
    }
    return bytes;
  }

  /** A blob's file; empty when there is none, and for what is no digest. */
  Optional<Path> find(String digest) {
    return isDigest(digest)
        ? Optional.of(directory.resolve(digest.substring(PREFIX.length()))).filter(Files::exists)
        : Optional.empty();
  }

  /** Removes every blob that is not in use; half-written ones of a crash too. */
  void keepOnly(Set<String> digests) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!digests.contains(PREFIX + file.getFileName())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  static String digest(byte[] bytes) {
    return PREFIX + HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.wherry.runtime.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Blobs on their way into a store: {@code HEX.part} grows, {@code HEX} is whole. Both wait here
 * until their image is committed, so that nobody removes them as unused meanwhile. One process, the
 * worker, has the folder.
 */
public final class Ingest {
  /** Parts that nobody has gone on with for so long are given up. */
  private static final Duration KEPT = Duration.ofHours(24);

  private final Path directory;
  private final Map<String, ReentrantLock> claims = new ConcurrentHashMap<>();

  Ingest(Path directory) {
    this.directory = directory;
  }

  /** The right of one thread to write a blob; waits for another one that has it. */
  public Claim claim(String digest) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    ReentrantLock lock = claims.computeIfAbsent(digest, _ -> new ReentrantLock());
    lock.lockInterruptibly();
    return new Claim(directory, hex(digest), lock);
  }

  private static String hex(String digest) {
    if (!Blobs.isDigest(digest)) {
      throw new IllegalArgumentException(digest + " is no digest");
    }
    return digest.substring(digest.indexOf(':') + 1);
  }

  /** A whole blob that waits here, or where it would be. */
  Path whole(String digest) {
    return directory.resolve(hex(digest));
  }

  /**
   * The files of a claimed blob.
   *
   * @param directory of all
   * @param hex the digest
   * @param lock held until the claim is closed
   */
  public record Claim(Path directory, String hex, ReentrantLock lock) implements AutoCloseable {
    /** Where bytes are gathered. */
    public Path part() {
      return directory.resolve(hex + ".part");
    }

    /** Where the blob is once it is whole. */
    public Path whole() {
      return directory.resolve(hex);
    }

    /** Gives the gathered and synced part its name. */
    public Path finish() throws IOException {
      return Files.move(part(), whole(), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
      lock.unlock();
    }
  }

  /** Removes what earlier processes left: whole blobs of no image, and parts grown too old. */
  void sweep(Instant now) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Instant kept = Files.getLastModifiedTime(file).toInstant().plus(KEPT);
        if (kept.isBefore(now)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}

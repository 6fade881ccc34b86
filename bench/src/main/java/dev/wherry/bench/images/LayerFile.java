package dev.wherry.bench.images;

import io.airlift.compress.v3.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A layer's archive: files of 1 MB, half of each random, half the same text.
 *
 * @param digest of the packed file
 * @param diffId of the plain archive
 */
public record LayerFile(Path file, String digest, String diffId) {
  private static final int FILE_BYTES = 1 << 20;
  private static final double NANOS_PER_SECOND = 1e9;

  /** How a layer is packed. */
  public enum Packing {
    /** Not at all. */
    PLAIN,
    /** As most registries have it. */
    GZIP,
    /** As newer tools pack it. */
    ZSTD;

    private OutputStream over(OutputStream out) throws IOException {
      return switch (this) {
        case PLAIN -> out;
        case GZIP -> new GZIPOutputStream(out);
        case ZSTD -> new ZstdOutputStream(out);
      };
    }
  }

  static LayerFile make(Path file, Packing packing, int megabytes, long seed) throws Exception {
    MessageDigest packed = MessageDigest.getInstance("SHA-256");
    MessageDigest plain = MessageDigest.getInstance("SHA-256");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), FILE_BYTES);
        OutputStream over = packing.over(new DigestOutputStream(out, packed));
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(new DigestOutputStream(over, plain))) {
      Random random = new Random(seed);
      byte[] content = new byte[FILE_BYTES];
      java.util.Arrays.fill(content, (byte) 'x');
      byte[] half = new byte[FILE_BYTES / 2];
      for (int i = 0; i < megabytes; i++) {
        random.nextBytes(half);
        System.arraycopy(half, 0, content, 0, half.length);
        TarArchiveEntry entry = new TarArchiveEntry("layer-" + seed + "/file-" + i);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return new LayerFile(file, digest(packed), digest(plain));
  }

  static String digest(MessageDigest hash) {
    return "sha256:" + HexFormat.of().formatHex(hash.digest());
  }

  /** Prints what the disk and the hash alone do. */
  public static void reference(Path folder, int megabytes) throws Exception {
    byte[] content = new byte[FILE_BYTES];
    new Random(1).nextBytes(content);
    MessageDigest hash = MessageDigest.getInstance("SHA-256");
    for (int warm = 0; warm < 2; warm++) {
      long begun = System.nanoTime();
      for (int i = 0; i < megabytes; i++) {
        hash.update(content);
      }
      print("SHA-256", megabytes, begun);
    }
    Path file = folder.resolve("reference");
    long begun = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < megabytes; i++) {
        int _ = channel.write(java.nio.ByteBuffer.wrap(content));
      }
      channel.force(true);
    }
    print("disk, written and synced", megabytes, begun);
    Files.delete(file);
  }

  private static void print(String what, int megabytes, long begun) {
    double seconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
    System.out.printf(
        "%s: %d MB in %.2f s, %.0f MB/s%n", what, megabytes, seconds, megabytes / seconds);
  }
}

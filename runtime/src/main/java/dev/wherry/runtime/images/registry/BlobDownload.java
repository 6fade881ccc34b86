package dev.wherry.runtime.images.registry;

import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.Ingest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Fetches one blob into the ingest folder, going on where an earlier try or process stopped. The
 * file gets its final name only with the right length and digest.
 */
final class BlobDownload {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final Ingest ingest;
  private final Retries retries;
  private final ImageName image;
  private final Descriptor blob;

  BlobDownload(Ingest ingest, Retries retries, ImageName image, Descriptor blob) {
    this.ingest = ingest;
    this.retries = retries;
    this.image = image;
    this.blob = blob;
  }

  /** The whole blob's file, from the first endpoint that has it. */
  Path fetch(List<RegistryConnection> endpoints) throws IOException, InterruptedException {
    try (Ingest.Claim claim = ingest.claim(blob.digest())) {
      if (Files.exists(claim.whole())) {
        return claim.whole();
      }
      PullException last = notFound();
      for (RegistryConnection endpoint : endpoints) {
        try {
          return fetch(endpoint, claim);
        } catch (PullException e) {
          e.addSuppressed(last);
          last = e;
        }
      }
      throw last;
    }
  }

  private PullException notFound() {
    return new PullException(PullException.Reason.NOT_FOUND, "nobody has " + blob.digest());
  }

  private Path fetch(RegistryConnection from, Ingest.Claim claim)
      throws IOException, InterruptedException {
    boolean[] resumed = new boolean[1];
    return retries.run(
        blob.digest(),
        () -> {
          Path part = claim.part();
          long there = Files.exists(part) ? Files.size(part) : 0;
          if (there > blob.size()) {
            Files.delete(part);
            there = 0;
          }
          resumed[0] |= there > 0;
          MessageDigest hash = sha256();
          try (FileChannel file =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE)) {
            hashed(file, there, hash);
            receive(from, file, there, hash);
            if (!HexFormat.of().formatHex(hash.digest()).equals(blob.hex())) {
              Files.delete(part);
              if (resumed[0]) {
                resumed[0] = false;
                // A torn file of an earlier run: begin anew, once.
                throw new IOException("what was there already is damaged");
              }
              throw damaged("has another digest");
            }
            file.force(true);
          }
          return claim.finish();
        },
        () -> Files.exists(claim.part()) ? Files.size(claim.part()) : 0);
  }

  private PullException damaged(String why) {
    return new PullException(
        PullException.Reason.DAMAGED, blob.digest() + " of " + image + " " + why);
  }

  private static void hashed(FileChannel file, long length, MessageDigest hash) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    long at = 0;
    while (at < length) {
      buffer.clear();
      int read = file.read(buffer, at);
      if (read < 0) {
        throw new IOException("a file became shorter");
      }
      hash.update(buffer.array(), 0, read);
      at += read;
    }
  }

  private void receive(RegistryConnection from, FileChannel file, long there, MessageDigest hash)
      throws IOException, InterruptedException {
    if (there == blob.size() && there > 0) {
      return;
    }
    Map<String, String> range = there > 0 ? Map.of("Range", "bytes=" + there + "-") : Map.of();
    try (RegistryConnection.Answer answer =
        from.get(from.endpoint().of(image, "blobs", blob.digest()), range)) {
      long at = there;
      boolean goesOn =
          answer.partial() && answer.header("Content-Range").startsWith("bytes " + there + "-");
      if (there > 0 && !goesOn) {
        at = 0;
        hash.reset();
        file.truncate(0);
      }
      copy(answer.body(), file, at, hash);
    } catch (RegistryConnection.RangeRefusedException e) {
      file.truncate(0);
      throw e;
    }
  }

  private void copy(InputStream body, FileChannel file, long from, MessageDigest hash)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long at = from;
    int read = body.read(buffer);
    while (read >= 0) {
      if (at + read > blob.size()) {
        file.truncate(0);
        throw damaged("is larger than its manifest says");
      }
      hash.update(buffer, 0, read);
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
      while (bytes.hasRemaining()) {
        at += file.write(bytes, at);
      }
      read = body.read(buffer);
    }
    if (at < blob.size()) {
      throw new IOException("the connection ended after " + at + " of " + blob.size() + " bytes");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}

package dev.wherry.runtime.images.layer;

import dev.wherry.runtime.images.system.Folder;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;

/** Unpacks one layer into a folder and computes its diff id on the way. */
public final class LayerUnpack {
  private static final int DRAIN_BYTES = 64 * 1024;

  private final LayerLimits limits;

  public LayerUnpack(LayerLimits limits) {
    this.limits = limits;
  }

  /**
   * What came out.
   *
   * @param diffId {@code sha256:...} of the uncompressed archive; the caller compares it
   * @param bytes of files' data
   * @param inodes made
   */
  public record Unpacked(String diffId, long bytes, long inodes) {}

  /** Opens a packed layer anew. */
  @FunctionalInterface
  public interface Source {
    InputStream open() throws IOException;
  }

  /**
   * Unpacks an overlay's lower folder.
   *
   * @param packed gzip, zstd or plain; closed
   * @param target an empty folder
   * @param lower the unpacked layers below, topmost first
   * @throws LayerException for what is wrong with the layer
   */
  public Unpacked overlay(Source packed, Path target, List<Path> lower) throws IOException {
    List<Folder> parents = new ArrayList<>();
    try {
      for (Path path : lower) {
        parents.add(Folder.of(path));
      }
      LayerWhiteouts whiteouts = new LayerWhiteouts(LayerForm.OVERLAY);
      return pass(packed, target, parents, whiteouts, Pass.BOTH);
    } finally {
      parents.forEach(Folder::close);
    }
  }

  /** Puts a layer over a folder that holds the layers below; the archive is read twice. */
  public Unpacked flat(Source packed, Path target) throws IOException {
    LayerWhiteouts whiteouts = new LayerWhiteouts(LayerForm.FLAT);
    pass(packed, target, List.of(), whiteouts, Pass.WHITEOUTS);
    return pass(packed, target, List.of(), whiteouts, Pass.ENTRIES);
  }

  /** Whiteouts mean lower layers only, so in one folder they come first. */
  private enum Pass {
    WHITEOUTS,
    ENTRIES,
    BOTH
  }

  private Unpacked pass(
      Source packed, Path target, List<Folder> parents, LayerWhiteouts whiteouts, Pass pass)
      throws IOException {
    MessageDigest hash = sha256();
    try (InputStream file = packed.open();
        InputStream plain =
            new DigestInputStream(new Bounded(Decompression.of(file), limits.bytesMax()), hash);
        LayerPaths paths = new LayerPaths(Folder.of(target), parents);
        LayerFiles files = new LayerFiles(limits, Files.getFileStore(target))) {
      LayerEntries entries = new LayerEntries(paths, files);
      TarStream tar = new TarStream(plain);
      long seen = 0;
      for (Optional<TarEntry> e = tar.next(); e.isPresent(); e = tar.next()) {
        if (++seen > limits.entriesMax()) {
          throw new LayerException("more than " + limits.entriesMax() + " entries");
        }
        apply(e.get(), tar, entries, paths, whiteouts, pass);
      }
      entries.finish();
      drain(plain);
      return new Unpacked(
          "sha256:" + HexFormat.of().formatHex(hash.digest()), files.written(), entries.made());
    } catch (EOFException | ZipException e) {
      throw new LayerException("the layer is damaged: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new LayerException("the layer is damaged: " + e.getMessage(), e);
    }
  }

  private static void apply(
      TarEntry entry,
      TarStream tar,
      LayerEntries entries,
      LayerPaths paths,
      LayerWhiteouts whiteouts,
      Pass pass)
      throws IOException {
    if (Thread.interrupted()) {
      throw new InterruptedIOException("unpacking was cancelled");
    }
    List<String> parts = LayerPaths.parts(entry.name());
    if (parts.isEmpty() || !LayerWhiteouts.isOne(parts.getLast(), entry)) {
      if (pass != Pass.WHITEOUTS) {
        entries.apply(entry, parts, tar);
      }
    } else if (pass != Pass.ENTRIES
        && whiteouts.apply(paths.folder(LayerPaths.folderOf(parts)), parts.getLast())) {
      paths.changed();
    }
  }

  private static void drain(InputStream in) throws IOException {
    byte[] rest = new byte[DRAIN_BYTES];
    while (in.read(rest) >= 0) {
      if (Thread.interrupted()) {
        throw new InterruptedIOException("unpacking was cancelled");
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  /** Ends a stream that goes on too long. */
  private static final class Bounded extends FilterInputStream {
    private long left;

    Bounded(InputStream in, long max) {
      super(in);
      this.left = max;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
      int read = super.read(to, at, length);
      left -= Math.max(read, 0);
      if (left < 0) {
        throw new LayerException("the layer is larger than a layer may be");
      }
      return read;
    }
  }
}

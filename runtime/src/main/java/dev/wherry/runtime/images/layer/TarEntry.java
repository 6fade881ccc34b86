package dev.wherry.runtime.images.layer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One member of an archive. Names are raw bytes as ISO 8859-1.
 *
 * @param size the file's length, holes and all
 * @param linkName what a link points at; empty for others
 * @param mode permission bits
 * @param xattrs by name, in the archive's order
 * @param pieces where a sparse file has data; one piece for any other
 */
record TarEntry(
    Kind kind,
    String name,
    long size,
    String linkName,
    int mode,
    int uid,
    int gid,
    long mtimeSeconds,
    int mtimeNanos,
    int deviceMajor,
    int deviceMinor,
    Map<String, byte[]> xattrs,
    List<Piece> pieces) {
  /** What a member is. */
  enum Kind {
    FILE,
    HARD_LINK,
    SYMBOLIC_LINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    DIRECTORY,
    FIFO
  }

  /** Data of a file at an offset. */
  record Piece(long offset, long length) {}

  /** The name as a person reads it. */
  String readable() {
    return readable(name);
  }

  static String readable(String raw) {
    return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}

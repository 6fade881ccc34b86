package dev.wherry.runtime.images.layer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads a tar archive forwards: ustar, GNU long names, PAX records, sparse files of GNU's old form
 * and of PAX 0.0 to 1.0. Everything that is kept in memory has a limit, whatever the headers claim.
 */
final class TarStream {
  static final int BLOCK_BYTES = 512;

  /** Names and attributes of one entry together. */
  private static final int EXTENDED_BYTES_MAX = 1 << 20;

  private static final int NAME_BYTES_MAX = 4096;
  private static final int PASSED_BYTES = 64 * 1024;
  private static final int NAME_FIELD = 100;
  private static final int CHECKSUM_AT = 148;
  private static final int CHECKSUM_BYTES = 8;
  private static final int TYPE_AT = 156;
  private static final int LINK_AT = 157;
  private static final int MAGIC_AT = 257;
  private static final int PREFIX_AT = 345;
  private static final int PREFIX_BYTES = 155;

  private final InputStream in;
  private final byte[] header = new byte[BLOCK_BYTES];
  private final byte[] passed = new byte[PASSED_BYTES];
  private long left;
  private long padding;

  TarStream(InputStream in) {
    this.in = in;
  }

  /** The next entry; what is left of the one before is passed over. Empty at the archive's end. */
  Optional<TarEntry> next() throws IOException {
    PaxRecords pax = PaxRecords.parse(new byte[0]);
    String longName = "";
    String longLink = "";
    while (nextHeader()) {
      long size = size();
      switch (header[TYPE_AT]) {
        case 'x' -> pax = PaxRecords.parse(extended(size));
        case 'L' -> longName = untilZero(extended(size));
        case 'K' -> longLink = untilZero(extended(size));
        case 'g', 'V', 'M', 'N', 'D', 'A', 'I', 'X' -> begin(size);
        default -> {
          return Optional.of(entry(size, pax, longName, longLink));
        }
      }
    }
    return Optional.empty();
  }

  /** As much of the entry's data as there is; -1 at its end. */
  int read(byte[] to, int at, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int read = in.read(to, at, (int) Math.min(length, left));
    if (read < 0) {
      throw new EOFException("the layer ends within a file");
    }
    left -= read;
    return read;
  }

  private boolean nextHeader() throws IOException {
    skip(left + padding);
    left = 0;
    padding = 0;
    int read = in.readNBytes(header, 0, BLOCK_BYTES);
    if (read == 0) {
      return false;
    }
    if (read < BLOCK_BYTES) {
      throw new EOFException("the layer ends within a header");
    }
    long sum = 0;
    boolean empty = true;
    for (int i = 0; i < BLOCK_BYTES; i++) {
      boolean inChecksum = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_BYTES;
      empty &= header[i] == 0;
      sum += inChecksum ? ' ' : header[i] & 0xff;
    }
    if (empty) {
      return false;
    }
    if (TarNumbers.parse(header, CHECKSUM_AT, CHECKSUM_BYTES) != sum) {
      throw new LayerException("a tar header is damaged, or this is no tar archive");
    }
    return true;
  }

  private void skip(long bytes) throws IOException {
    // Read, not skipped: what passes by is hashed and counted.
    for (long rest = bytes; rest > 0; ) {
      int read = in.read(passed, 0, (int) Math.min(passed.length, rest));
      if (read < 0) {
        throw new EOFException("the layer ends within a file");
      }
      rest -= read;
    }
  }

  private long size() throws LayerException {
    long size = TarNumbers.parse(header, 124, 12);
    if (size < 0) {
      throw new LayerException("a tar header has a negative size");
    }
    return size;
  }

  private void begin(long size) {
    left = size;
    padding = -size & (BLOCK_BYTES - 1);
  }

  private byte[] extended(long size) throws IOException {
    if (size > EXTENDED_BYTES_MAX) {
      throw new LayerException("an extended header of " + size + " bytes");
    }
    begin(size);
    byte[] bytes = new byte[(int) size];
    for (int at = 0; at < bytes.length; ) {
      at += read(bytes, at, bytes.length - at);
    }
    return bytes;
  }

  private static String untilZero(byte[] bytes) {
    return field(bytes, 0, bytes.length);
  }

  private static String field(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
  }

  private TarEntry entry(long headerSize, PaxRecords pax, String longName, String longLink)
      throws IOException {
    String name = name(pax, longName);
    String link =
        pax.value("linkpath")
            .orElse(longLink.isEmpty() ? field(header, LINK_AT, NAME_FIELD) : longLink);
    if (name.length() > NAME_BYTES_MAX || link.length() > NAME_BYTES_MAX) {
      throw new LayerException("a name of more than " + NAME_BYTES_MAX + " bytes");
    }
    TarEntry.Kind kind = kind(name);
    boolean data = kind == TarEntry.Kind.FILE;
    // Old archives give hard links the size of their file, without its data.
    long packed = data ? pax.number("size", headerSize) : 0;
    if (packed < 0) {
      throw new LayerException("a PAX record has a negative size");
    }
    byte[] own = header.clone();
    begin(packed);
    SparseMap sparse = data ? SparseMap.read(this, own, pax, packed) : SparseMap.dense(0);
    BigDecimal time =
        pax.value("mtime").isPresent()
            ? TarNumbers.time(pax.value("mtime").get())
            : BigDecimal.valueOf(TarNumbers.parse(own, 136, 12));
    return new TarEntry(
        kind,
        sparse.name().orElse(name),
        sparse.size(),
        link,
        (int) TarNumbers.parse(own, NAME_FIELD, 8) & 07777,
        id(pax.number("uid", TarNumbers.parse(own, 108, 8))),
        id(pax.number("gid", TarNumbers.parse(own, 116, 8))),
        TarNumbers.seconds(time),
        TarNumbers.nanos(time),
        device(own, 329),
        device(own, 337),
        pax.xattrs(),
        sparse.pieces());
  }

  private int device(byte[] own, int at) throws LayerException {
    byte type = own[TYPE_AT];
    return type == '3' || type == '4' ? (int) TarNumbers.parse(own, at, 8) : 0;
  }

  private String name(PaxRecords pax, String longName) {
    if (pax.value("path").isPresent()) {
      return pax.value("path").get();
    }
    if (!longName.isEmpty()) {
      return longName;
    }
    String name = field(header, 0, NAME_FIELD);
    boolean ustar = field(header, MAGIC_AT, 6).equals("ustar") && header[MAGIC_AT + 5] == 0;
    String prefix = ustar ? field(header, PREFIX_AT, PREFIX_BYTES) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private TarEntry.Kind kind(String name) throws LayerException {
    return switch (header[TYPE_AT]) {
      case 0, '0', '7', 'S' -> name.endsWith("/") ? TarEntry.Kind.DIRECTORY : TarEntry.Kind.FILE;
      case '1' -> TarEntry.Kind.HARD_LINK;
      case '2' -> TarEntry.Kind.SYMBOLIC_LINK;
      case '3' -> TarEntry.Kind.CHARACTER_DEVICE;
      case '4' -> TarEntry.Kind.BLOCK_DEVICE;
      case '5' -> TarEntry.Kind.DIRECTORY;
      case '6' -> TarEntry.Kind.FIFO;
      default ->
          throw new LayerException(
              "an entry of the unknown type %d: %s"
                  .formatted(header[TYPE_AT] & 0xff, TarEntry.readable(name)));
    };
  }

  private static int id(long id) throws LayerException {
    if (id < 0 || id > 0xfffffffeL) {
      throw new LayerException("an owner that cannot be: " + id);
    }
    return (int) id;
  }

  /** One block of the entry's data, for maps that stand before it. */
  byte[] block() throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    for (int at = 0; at < BLOCK_BYTES; ) {
      int read = read(block, at, BLOCK_BYTES - at);
      if (read < 0) {
        throw new LayerException("a sparse file's map ends too early");
      }
      at += read;
    }
    return block;
  }

  /** A block that follows a header and is not counted in the entry's size (GNU's old sparse). */
  byte[] headerBlock() throws IOException {
    byte[] block = in.readNBytes(BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) {
      throw new LayerException("a sparse file's map ends too early");
    }
    return block;
  }
}

package dev.wherry.runtime.images.layer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a file of an archive has data.
 *
 * @param size the file's length with its holes
 * @param name its true name, where PAX hides it
 */
record SparseMap(long size, Optional<String> name, List<TarEntry.Piece> pieces) {
  private static final int PIECES_MAX = 100_000;
  private static final int OLD_AT = 386;
  private static final int OLD_PIECES = 4;
  private static final int OLD_MORE_AT = 482;
  private static final int OLD_SIZE_AT = 483;
  private static final int NEXT_PIECES = 21;
  private static final int NEXT_MORE_AT = 504;
  private static final int PIECE_BYTES = 24;
  private static final int NUMBER_BYTES = 12;
  private static final int LINE_BYTES_MAX = 20;

  static SparseMap dense(long size) {
    return new SparseMap(
        size, Optional.empty(), size == 0 ? List.of() : List.of(new TarEntry.Piece(0, size)));
  }

  /** Reads the map of the entry that has just begun. */
  static SparseMap read(TarStream tar, byte[] header, PaxRecords pax, long packed)
      throws IOException {
    SparseMap map;
    if (header[156] == 'S') {
      map =
          new SparseMap(
              TarNumbers.parse(header, OLD_SIZE_AT, NUMBER_BYTES),
              Optional.empty(),
              old(tar, header));
    } else if (pax.value("GNU.sparse.major").orElse("").equals("1")) {
      long size = pax.number("GNU.sparse.realsize", packed);
      map = new SparseMap(size, pax.value("GNU.sparse.name"), leading(tar));
    } else if (pax.value(PaxRecords.SPARSE_MAP).isPresent()) {
      long size = pax.number("GNU.sparse.size", packed);
      String text = pax.value(PaxRecords.SPARSE_MAP).get();
      map = new SparseMap(size, pax.value("GNU.sparse.name"), pieces(text));
    } else {
      return dense(packed);
    }
    map.check();
    return map;
  }

  private void check() throws LayerException {
    long end = 0;
    for (TarEntry.Piece piece : pieces) {
      if (piece.offset() < end || piece.length() < 0 || piece.length() > size - piece.offset()) {
        throw new LayerException("a sparse file's map is damaged");
      }
      end = piece.offset() + piece.length();
    }
  }

  private static List<TarEntry.Piece> old(TarStream tar, byte[] header) throws IOException {
    List<TarEntry.Piece> pieces = new ArrayList<>();
    collect(header, OLD_AT, OLD_PIECES, pieces);
    boolean more = header[OLD_MORE_AT] != 0;
    while (more) {
      byte[] block = tar.headerBlock();
      collect(block, 0, NEXT_PIECES, pieces);
      more = block[NEXT_MORE_AT] != 0;
    }
    return pieces;
  }

  private static void collect(byte[] block, int at, int count, List<TarEntry.Piece> pieces)
      throws LayerException {
    for (int i = 0; i < count && block[at + i * PIECE_BYTES] != 0; i++) {
      int from = at + i * PIECE_BYTES;
      add(
          pieces,
          TarNumbers.parse(block, from, NUMBER_BYTES),
          TarNumbers.parse(block, from + NUMBER_BYTES, NUMBER_BYTES));
    }
  }

  private static void add(List<TarEntry.Piece> pieces, long offset, long length)
      throws LayerException {
    if (pieces.size() >= PIECES_MAX) {
      throw new LayerException("a sparse file of more than " + PIECES_MAX + " pieces");
    }
    pieces.add(new TarEntry.Piece(offset, length));
  }

  private static List<TarEntry.Piece> pieces(String text) throws LayerException {
    List<TarEntry.Piece> pieces = new ArrayList<>();
    String[] numbers = text.isEmpty() ? new String[0] : text.split(",", -1);
    if (numbers.length % 2 != 0) {
      throw new LayerException("a sparse file's map is damaged");
    }
    for (int i = 0; i < numbers.length; i += 2) {
      add(pieces, TarNumbers.decimal(numbers[i]), TarNumbers.decimal(numbers[i + 1]));
    }
    return pieces;
  }

  /** PAX 1.0: decimal lines before the data, filled up to a block. */
  private static List<TarEntry.Piece> leading(TarStream tar) throws IOException {
    List<TarEntry.Piece> pieces = new ArrayList<>();
    Lines lines = new Lines(tar);
    long count = lines.next();
    if (count < 0 || count > PIECES_MAX) {
      throw new LayerException("a sparse file of " + count + " pieces");
    }
    for (long i = 0; i < count; i++) {
      add(pieces, lines.next(), lines.next());
    }
    return pieces;
  }

  /** Decimal numbers on lines of their own, block by block. */
  private static final class Lines {
    private final TarStream tar;
    private byte[] block = new byte[0];
    private int at;

    Lines(TarStream tar) {
      this.tar = tar;
    }

    long next() throws IOException {
      byte[] line = new byte[LINE_BYTES_MAX];
      int length = 0;
      for (byte b = take(); b != '\n'; b = take()) {
        if (length == LINE_BYTES_MAX) {
          throw new LayerException("a sparse file's map is damaged");
        }
        line[length++] = b;
      }
      return TarNumbers.decimal(new String(line, 0, length, StandardCharsets.US_ASCII));
    }

    private byte take() throws IOException {
      if (at == block.length) {
        block = tar.block();
        at = 0;
      }
      return block[at++];
    }
  }
}

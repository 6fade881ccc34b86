package dev.wherry.runtime.images.layer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The extended header of one entry (POSIX pax): {@code length key=value} lines. */
final class PaxRecords {
  private static final String XATTR = "SCHILY.xattr.";
  private static final String SPARSE_OFFSET = "GNU.sparse.offset";
  private static final String SPARSE_BYTES = "GNU.sparse.numbytes";

  /** The map of GNU's sparse format 0.1, made of 0.0's lines too. */
  static final String SPARSE_MAP = "GNU.sparse.map";

  private final Map<String, String> values = new HashMap<>();
  private final Map<String, byte[]> xattrs = new LinkedHashMap<>();

  static PaxRecords parse(byte[] bytes) throws LayerException {
    PaxRecords records = new PaxRecords();
    int at = 0;
    while (at < bytes.length && bytes[at] != 0) {
      at = records.line(bytes, at);
    }
    return records;
  }

  private int line(byte[] bytes, int at) throws LayerException {
    int space = at;
    int length = 0;
    while (space < bytes.length && bytes[space] >= '0' && bytes[space] <= '9') {
      length = Math.min(length * 10 + bytes[space] - '0', bytes.length + 1);
      space++;
    }
    int end = at + length;
    if (end > bytes.length || end <= space + 1 || bytes[space] != ' ' || bytes[end - 1] != '\n') {
      throw new LayerException("a PAX record is damaged");
    }
    int equals = space + 1;
    while (equals < end && bytes[equals] != '=') {
      equals++;
    }
    if (equals == end) {
      throw new LayerException("a PAX record has no value");
    }
    put(text(bytes, space + 1, equals), bytes, equals + 1, end - 1);
    return end;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private void put(String key, byte[] bytes, int from, int to) throws LayerException {
    if (key.startsWith(XATTR)) {
      xattrs.put(key.substring(XATTR.length()), java.util.Arrays.copyOfRange(bytes, from, to));
      return;
    }
    String value = text(bytes, from, to);
    if (value.indexOf('\0') >= 0) {
      throw new LayerException("a PAX record has a zero byte: " + key);
    }
    switch (key) {
      case SPARSE_OFFSET, SPARSE_BYTES ->
          values.merge(SPARSE_MAP, value, (before, more) -> before + "," + more);
      default -> values.put(key, value);
    }
  }

  Optional<String> value(String key) {
    return Optional.ofNullable(values.get(key));
  }

  long number(String key, long otherwise) throws LayerException {
    String text = values.get(key);
    return text == null ? otherwise : TarNumbers.decimal(text);
  }

  Map<String, byte[]> xattrs() {
    return xattrs;
  }
}

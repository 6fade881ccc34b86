package dev.wherry.network.dns.message;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A domain name as it travels (RFC 1035, 3.1): labels with their lengths, then a zero; letters
 * small, for names differ in case only by look (RFC 4343). A label may hold any bytes.
 */
public final class DomainName {
  public static final int WIRE_BYTES_MAX = 255;
  public static final int LABEL_BYTES_MAX = 63;
  public static final DomainName ROOT = new DomainName(new byte[1]);

  private final byte[] wire;
  private final int hash;

  private DomainName(byte[] lower) {
    this.wire = lower;
    this.hash = Arrays.hashCode(lower);
  }

  /**
   * The name as people write it, with or without the last dot; {@code .} and the empty text are the
   * root.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static DomainName of(String text) {
    String bare = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    return bare.isEmpty() ? ROOT : ROOT.under(bare.split("\\.", -1));
  }

  /**
   * Takes the array over: labels with their lengths and a zero at the end.
   *
   * @throws MalformedException when a length leads elsewhere
   */
  static DomainName ofWire(byte[] bytes) throws MalformedException {
    int at = 0;
    while (at < bytes.length && bytes[at] > 0 && bytes[at] <= LABEL_BYTES_MAX) {
      at += bytes[at] + 1;
    }
    if (at != bytes.length - 1 || bytes[at] != 0 || bytes.length > WIRE_BYTES_MAX) {
      throw new MalformedException("no name");
    }
    return trusted(bytes);
  }

  /** The same where lengths were seen to by the caller. */
  static DomainName trusted(byte[] bytes) {
    // Lengths end at 63, below all letters: they pass for other bytes here.
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
        bytes[i] += (byte) ('a' - 'A');
      }
    }
    return new DomainName(bytes);
  }

  /**
   * This name with labels before it.
   *
   * @throws IllegalArgumentException when one is empty or too long, or the whole is
   */
  public DomainName under(String... labels) {
    int length = wire.length;
    for (String label : labels) {
      if (label.isEmpty() || label.length() > LABEL_BYTES_MAX) {
        throw new IllegalArgumentException("'" + label + "' is no label of a DNS name");
      }
      length += label.length() + 1;
    }
    if (length > WIRE_BYTES_MAX) {
      throw new IllegalArgumentException("longer than " + WIRE_BYTES_MAX + " bytes");
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (String label : labels) {
      bytes[at++] = (byte) label.length();
      byte[] text = label.getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(text, 0, bytes, at, text.length);
      at += text.length;
    }
    System.arraycopy(wire, 0, bytes, at, wire.length);
    return trusted(bytes);
  }

  /** How many bytes it takes uncompressed. */
  public int length() {
    return wire.length;
  }

  public int labelCount() {
    int count = 0;
    for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
      count++;
    }
    return count;
  }

  /** One label, the leftmost is number 0; each byte is a character. */
  public String label(int number) {
    int at = 0;
    for (int i = 0; i < number; i++) {
      at += wire[at] + 1;
    }
    return new String(wire, at + 1, wire[at], StandardCharsets.ISO_8859_1);
  }

  /** The name without its first label; the root's is the root. */
  public DomainName parent() {
    return wire[0] == 0 ? this : new DomainName(Arrays.copyOfRange(wire, wire[0] + 1, wire.length));
  }

  /** Whether it is a zone's own name or below it. */
  public boolean isWithin(DomainName zone) {
    int start = wire.length - zone.wire.length;
    return start >= 0 && zone.equalsFrom(0, this, start) && isLabelStart(start);
  }

  /** How many bytes at the end of both names are the same labels; at least the root's one. */
  int commonBytes(DomainName other) {
    for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
      int start = other.wire.length - (wire.length - at);
      if (start >= 0 && equalsFrom(at, other, start) && other.isLabelStart(start)) {
        return wire.length - at;
      }
    }
    return 1;
  }

  private boolean equalsFrom(int from, DomainName other, int otherFrom) {
    return Arrays.equals(wire, from, wire.length, other.wire, otherFrom, other.wire.length);
  }

  private boolean isLabelStart(int place) {
    int at = 0;
    while (at < place) {
      at += wire[at] + 1;
    }
    return at == place;
  }

  /** Writes it uncompressed. */
  public void writeTo(ByteBuf out) {
    out.writeBytes(wire);
  }

  void writeTo(ByteBuf out, int bytes) {
    out.writeBytes(wire, 0, bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DomainName that && hash == that.hash && Arrays.equals(wire, that.wire);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** As people write it, with the last dot; bytes that are no plain text as {@code \123}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
      for (int i = at + 1; i <= at + wire[at]; i++) {
        append(out, wire[i] & 0xff);
      }
      out.append('.');
    }
    return out.isEmpty() ? "." : out.toString();
  }

  private static void append(StringBuilder out, int value) {
    if (value == '.' || value == '\\') {
      out.append('\\').append((char) value);
    } else if (value > ' ' && value < 127) {
      out.append((char) value);
    } else {
      out.append('\\').append("%03d".formatted(value));
    }
  }
}

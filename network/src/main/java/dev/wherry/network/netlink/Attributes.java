package dev.wherry.network.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a run of attributes (struct nlattr: u16 length, u16 type, value, padded to 4 bytes). */
public final class Attributes {
  static final int HEADER_BYTES = 4;
  static final int NESTED = 0x8000;
  private static final int TYPE_MASK = 0x3fff;

  private final ByteBuffer bytes;

  /** One attribute; the value is a view. */
  public record Attribute(int type, ByteBuffer value) {
    /** The attributes inside. */
    public Attributes nested() {
      return new Attributes(value, 0);
    }
  }

  /** The attributes of a message's payload from an offset in bytes. */
  public Attributes(ByteBuffer payload, int from) {
    this.bytes = payload.slice(from, payload.limit() - from).order(ByteOrder.nativeOrder());
  }

  static int aligned(int length) {
    return (length + 3) & ~3;
  }

  /** All attributes in their order; a torn one ends the list. */
  public List<Attribute> all() {
    List<Attribute> found = new ArrayList<>();
    int at = 0;
    while (at + HEADER_BYTES <= bytes.limit()) {
      int length = Short.toUnsignedInt(bytes.getShort(at));
      if (length < HEADER_BYTES || at + length > bytes.limit()) {
        break;
      }
      int type = Short.toUnsignedInt(bytes.getShort(at + 2)) & TYPE_MASK;
      found.add(
          new Attribute(
              type,
              bytes.slice(at + HEADER_BYTES, length - HEADER_BYTES).order(ByteOrder.BIG_ENDIAN)));
      at += aligned(length);
    }
    return found;
  }

  /** The first attribute of a type; its value's order is big endian. */
  public Optional<Attribute> find(int type) {
    return all().stream().filter(attribute -> attribute.type() == type).findFirst();
  }

  /** What is nested in an attribute; nothing when it is absent. */
  public Attributes nested(int type) {
    return find(type).map(Attribute::nested).orElseGet(() -> new Attributes(bytes, bytes.limit()));
  }

  /** A text without its terminating zero; "" when absent. */
  public String text(int type) {
    byte[] value = value(type);
    int length = value.length > 0 && value[value.length - 1] == 0 ? value.length - 1 : value.length;
    return new String(value, 0, length, StandardCharsets.UTF_8);
  }

  /** The attribute's bytes; none when absent. */
  public byte[] value(int type) {
    return find(type)
        .map(attribute -> {
          byte[] value = new byte[attribute.value().remaining()];
          attribute.value().get(0, value);
          return value;
        })
        .orElseGet(() -> new byte[0]);
  }

  /** A number in network byte order of 1, 2, 4 or 8 bytes; 0 when absent. */
  public long number(int type) {
    long number = 0;
    for (byte each : value(type)) {
      number = number << 8 | Byte.toUnsignedLong(each);
    }
    return number;
  }

  /** A number of 2 or 4 bytes in the host's byte order; 0 when absent. */
  public int hostNumber(int type) {
    byte[] value = value(type);
    ByteBuffer number = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
    if (value.length == Short.BYTES) {
      return Short.toUnsignedInt(number.getShort());
    }
    return value.length < Integer.BYTES ? 0 : number.getInt();
  }
}

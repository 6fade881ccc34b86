package dev.wherry.model.schema;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the protobuf wire format of one message. One thread. */
final class WireWriter {
  private static final int CONTINUED = 0x80;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  byte[] toBytes() {
    return out.toByteArray();
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F) | CONTINUED);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private void tag(int number, int wireType) {
    varint((long) number << 3 | wireType);
  }

  void number(int number, long value) {
    tag(number, WireReader.VARINT);
    varint(value);
  }

  void fixed64(int number, long value) {
    tag(number, WireReader.FIXED64);
    for (int i = 0; i < 8; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }

  void bytes(int number, byte[] value) {
    tag(number, WireReader.BYTES);
    varint(value.length);
    out.writeBytes(value);
  }

  void text(int number, String value) {
    bytes(number, value.getBytes(StandardCharsets.UTF_8));
  }
}

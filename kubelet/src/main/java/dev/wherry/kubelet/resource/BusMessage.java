package dev.wherry.kubelet.resource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A method call of D-Bus or its arguments, little-endian (rule: D-Bus Specification, Message
 * Protocol and Marshaling). Only the types that systemd's units need; at most {@link #BYTES_MAX}.
 */
final class BusMessage {
  /** Of a call or an answer. */
  static final int BYTES_MAX = 65_536;

  private static final int WORD = 4;
  private static final int LONG = 8;
  private static final byte CALL = 1;
  private static final byte PATH = 1;
  private static final byte INTERFACE = 2;
  private static final byte MEMBER = 3;
  private static final byte DESTINATION = 6;
  private static final byte SIGNATURE = 8;

  private final ByteBuffer out = ByteBuffer.allocate(BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);

  /** Begins the arguments of a call. */
  BusMessage() {}

  /**
   * The whole of a call of systemd's manager.
   *
   * @param serial never zero
   * @param signature of the arguments
   */
  static ByteBuffer call(int serial, String member, String signature, BusMessage arguments) {
    BusMessage message = new BusMessage();
    message.out.put((byte) 'l').put(CALL).put((byte) 0).put((byte) 1);
    message.out.putInt(arguments.out.position()).putInt(serial);
    int length = message.begin();
    message.field(PATH, "o", "/org/freedesktop/systemd1");
    message.field(INTERFACE, "s", "org.freedesktop.systemd1.Manager");
    message.field(MEMBER, "s", member);
    message.field(DESTINATION, "s", "org.freedesktop.systemd1");
    message.align(LONG).out.put(SIGNATURE);
    message.signature("g").signature(signature);
    message.end(length);
    message.align(LONG).out.put(arguments.out.flip());
    return message.out.flip();
  }

  private void field(byte code, String type, String value) {
    align(LONG).out.put(code);
    signature(type).text(value);
  }

  private BusMessage align(int bytes) {
    while (out.position() % bytes != 0) {
      out.put((byte) 0);
    }
    return this;
  }

  private BusMessage word(int value) {
    align(WORD).out.putInt(value);
    return this;
  }

  /** A string, or a path of objects. */
  BusMessage text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    word(bytes.length).out.put(bytes).put((byte) 0);
    return this;
  }

  private BusMessage signature(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    out.put((byte) bytes.length).put(bytes).put((byte) 0);
    return this;
  }

  BusMessage flag(boolean value) {
    return word(value ? 1 : 0);
  }

  /** A unit's properties, {@code a(sv)}; values are Boolean, Long (unsigned) or String. */
  BusMessage properties(Map<String, Object> properties) {
    int length = begin();
    properties.forEach((name, value) -> align(LONG).text(name).variant(value));
    end(length);
    return this;
  }

  /** No auxiliary units, {@code a(sa(sv))}. */
  BusMessage noUnits() {
    end(begin());
    return this;
  }

  private void variant(Object value) {
    switch (value) {
      case Boolean flag -> signature("b").flag(flag);
      case Long number -> signature("t").align(LONG).out.putLong(number);
      case String text -> signature("s").text(text);
      default -> throw new IllegalArgumentException("no type of ours: " + value.getClass());
    }
  }

  /**
   * Begins an array of structures and gives where its length stands; they begin on eight bytes, and
   * the padding before the first does not count.
   */
  private int begin() {
    word(0);
    int length = out.position() - WORD;
    align(LONG);
    return length;
  }

  private void end(int length) {
    int first = (length + WORD + LONG - 1) / LONG * LONG;
    out.putInt(length, out.position() - first);
  }
}

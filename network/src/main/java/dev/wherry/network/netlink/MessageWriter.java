package dev.wherry.network.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes messages one behind the other into one growing buffer. Headers are in native byte order,
 * numbers in attributes in network byte order, as nfnetlink wants them. Not thread-safe.
 */
public final class MessageWriter {
  public static final int FLAG_REQUEST = 1;
  public static final int FLAG_ACK = 4;
  public static final int FLAG_DUMP = 0x300;
  public static final int FLAG_REPLACE = 0x100;
  public static final int FLAG_CREATE = 0x400;
  public static final int FLAG_APPEND = 0x800;

  private static final int INITIAL_BYTES = 4096;
  private static final int ATTRIBUTE_BYTES_MAX = 0xffff;
  private static final int NESTING_MAX = 16;

  private byte[] bytes = new byte[INITIAL_BYTES];
  private ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  private int size;
  private int messageStart = -1;
  private final int[] open = new int[NESTING_MAX];
  private int depth;

  /** Starts a message; the one before ends here. */
  public MessageWriter begin(int type, int flags, int sequence) {
    end();
    messageStart = size;
    reserve(NetlinkMessage.HEADER_BYTES);
    view.putShort(messageStart + 4, (short) type);
    view.putShort(messageStart + 6, (short) (flags | FLAG_REQUEST));
    view.putInt(messageStart + 8, sequence);
    return this;
  }

  /** The header of nfnetlink messages (struct nfgenmsg): family, version 0, resource. */
  public MessageWriter family(int family, int resource) {
    int at = reserve(4);
    bytes[at] = (byte) family;
    bytes[at + 2] = (byte) (resource >>> 8);
    bytes[at + 3] = (byte) resource;
    return this;
  }

  /** Bytes as they are, padded to 4: the fixed part of other protocols' messages. */
  public MessageWriter fixed(byte[] header) {
    int at = reserve(Attributes.aligned(header.length));
    System.arraycopy(header, 0, bytes, at, header.length);
    return this;
  }

  /** Sets flags of the current message in addition. */
  public MessageWriter addFlags(int flags) {
    view.putShort(messageStart + 6, (short) (view.getShort(messageStart + 6) | flags));
    return this;
  }

  public MessageWriter put(int type, byte[] value) {
    int at = attribute(type, value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
    return this;
  }

  /** A text with its terminating zero. */
  public MessageWriter text(int type, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return put(type, Arrays.copyOf(utf8, utf8.length + 1));
  }

  public MessageWriter u8(int type, int value) {
    int at = attribute(type, 1);
    bytes[at] = (byte) value;
    return this;
  }

  public MessageWriter u16(int type, int value) {
    int at = attribute(type, 2);
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
    return this;
  }

  public MessageWriter u32(int type, int value) {
    int at = attribute(type, 4);
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (value >>> (24 - 8 * i));
    }
    return this;
  }

  /** A number in the host's byte order, as rtnetlink wants them. */
  public MessageWriter hostU32(int type, int value) {
    int at = attribute(type, 4);
    view.putInt(at, value);
    return this;
  }

  /** The same of two bytes. */
  public MessageWriter hostU16(int type, int value) {
    int at = attribute(type, 2);
    view.putShort(at, (short) value);
    return this;
  }

  public MessageWriter u64(int type, long value) {
    int at = attribute(type, 8);
    for (int i = 0; i < 8; i++) {
      bytes[at + i] = (byte) (value >>> (56 - 8 * i));
    }
    return this;
  }

  /** Opens an attribute that holds attributes, until {@link #close}. */
  public MessageWriter nest(int type) {
    open[depth++] = size;
    attribute(type | Attributes.NESTED, 0);
    return this;
  }

  /** An attribute that holds attributes, as they were read. */
  public MessageWriter nested(int type, byte[] attributes) {
    return put(type | Attributes.NESTED, attributes);
  }

  /** Closes the innermost open attribute. */
  public MessageWriter close() {
    int start = open[--depth];
    int length = size - start;
    if (length > ATTRIBUTE_BYTES_MAX) {
      throw new IllegalStateException("an attribute of " + length + " bytes");
    }
    view.putShort(start, (short) length);
    return this;
  }

  /** Bytes written since the innermost attribute was opened. */
  public int nestedBytes() {
    return size - open[depth - 1];
  }

  public int size() {
    return size;
  }

  /** The number of the current message. */
  public int sequence() {
    return view.getInt(messageStart + 8);
  }

  /** All messages so far. */
  public byte[] toArray() {
    end();
    return Arrays.copyOf(bytes, size);
  }

  private void end() {
    if (messageStart >= 0) {
      if (depth != 0) {
        throw new IllegalStateException(depth + " attributes are open");
      }
      view.putInt(messageStart, size - messageStart);
    }
  }

  /** Returns where the value goes; it and its padding are zero. */
  private int attribute(int type, int valueBytes) {
    int length = Attributes.HEADER_BYTES + valueBytes;
    int at = reserve(Attributes.aligned(length));
    view.putShort(at, (short) length);
    view.putShort(at + 2, (short) type);
    return at + Attributes.HEADER_BYTES;
  }

  private int reserve(int count) {
    int at = size;
    if (at + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(at + count, bytes.length * 2));
      view = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }
    size += count;
    return at;
  }
}

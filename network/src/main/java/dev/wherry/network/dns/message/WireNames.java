package dev.wherry.network.dns.message;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Names inside a message, which may end in a pointer to an earlier place (RFC 1035, 4.1.4).
 * Pointers that do not lead backwards are refused, so every name ends.
 */
public final class WireNames {
  private static final int POINTER = 0xc0;
  private static final int POINTER_HIGH_BITS = 0x3f;

  private WireNames() {}

  /** The place behind a name. */
  public static int skip(ByteBuf message, int offset) throws MalformedException {
    int at = offset;
    while (true) {
      int length = octet(message, at);
      if (length == 0) {
        return at + 1;
      }
      if ((length & POINTER) == POINTER) {
        octet(message, at + 1);
        return at + 2;
      }
      at = behind(at, length);
      if (at - offset >= DomainName.WIRE_BYTES_MAX) {
        throw new MalformedException("name too long");
      }
    }
  }

  /** The name at a place, followed through its pointers. */
  public static DomainName read(ByteBuf message, int offset) throws MalformedException {
    byte[] bytes = new byte[DomainName.WIRE_BYTES_MAX];
    int used = 0;
    int at = offset;
    int pointedFrom = offset;
    while (true) {
      int length = octet(message, at);
      if ((length & POINTER) == POINTER) {
        int target = (length & POINTER_HIGH_BITS) << 8 | octet(message, at + 1);
        if (target >= pointedFrom) {
          throw new MalformedException("pointer forwards");
        }
        pointedFrom = target;
        at = target;
      } else {
        int next = behind(at, length);
        int size = length == 0 ? 1 : length + 1;
        if (used + size > bytes.length || next > message.writerIndex()) {
          throw new MalformedException("name too long");
        }
        message.getBytes(at, bytes, used, size);
        used += size;
        if (length == 0) {
          return DomainName.trusted(Arrays.copyOf(bytes, used));
        }
        at = next;
      }
    }
  }

  private static int behind(int at, int length) throws MalformedException {
    if (length > DomainName.LABEL_BYTES_MAX) {
      throw new MalformedException("label of an unknown kind");
    }
    return at + 1 + length;
  }

  private static int octet(ByteBuf message, int at) throws MalformedException {
    if (at >= message.writerIndex()) {
      throw new MalformedException("cut off");
    }
    return message.getUnsignedByte(at);
  }
}

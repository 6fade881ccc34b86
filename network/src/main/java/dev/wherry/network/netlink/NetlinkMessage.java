package dev.wherry.network.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A received message (struct nlmsghdr of linux/netlink.h and what follows).
 *
 * @param type of the message; below 16 control messages
 * @param sequence the request's, in answers
 * @param port of the socket that caused it; 0 for the kernel itself
 * @param payload without the header, in native byte order; do not move its position
 */
public record NetlinkMessage(int type, int flags, int sequence, int port, ByteBuffer payload) {
  public static final int HEADER_BYTES = 16;
  public static final int ERROR = 2;
  public static final int DONE = 3;

  private static final int FLAG_CAPPED = 0x100;
  private static final int FLAG_TLVS = 0x200;
  private static final int ERROR_HEADER_BYTES = 4 + HEADER_BYTES;
  private static final int EXTENDED_TEXT = 1;

  /** Splits what one receive call brought. */
  public static List<NetlinkMessage> split(ByteBuffer received) {
    ByteBuffer in = received.duplicate().order(ByteOrder.nativeOrder());
    List<NetlinkMessage> messages = new ArrayList<>();
    while (in.remaining() >= HEADER_BYTES) {
      int start = in.position();
      int length = in.getInt(start);
      if (length < HEADER_BYTES || length > in.remaining()) {
        break;
      }
      messages.add(
          new NetlinkMessage(
              Short.toUnsignedInt(in.getShort(start + 4)),
              Short.toUnsignedInt(in.getShort(start + 6)),
              in.getInt(start + 8),
              in.getInt(start + 12),
              in.slice(start + HEADER_BYTES, length - HEADER_BYTES)
                  .order(ByteOrder.nativeOrder())));
      in.position(start + Math.min(in.remaining(), Attributes.aligned(length)));
    }
    return messages;
  }

  /** The error number of an error or end message; 0 is an acknowledgement. */
  public int errno() {
    return payload.remaining() < 4 ? 0 : -payload.getInt(0);
  }

  /** The kernel's own words about an error; "" when it gave none. */
  public String errorText() {
    if (type != ERROR || (flags & FLAG_TLVS) == 0 || payload.remaining() < ERROR_HEADER_BYTES) {
      return "";
    }
    int echoed = (flags & FLAG_CAPPED) == 0 ? payload.getInt(4) : HEADER_BYTES;
    int from = 4 + Attributes.aligned(echoed);
    return from > payload.limit() ? "" : new Attributes(payload, from).text(EXTENDED_TEXT);
  }
}

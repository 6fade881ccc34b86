package dev.wherry.network.dns.message;

import io.netty.buffer.ByteBuf;

/** Reads queries. Whatever the bytes are, the answer is a {@link Reading}. */
public final class QueryReader {
  static final int HEADER_BYTES = 12;
  static final int RESPONSE = 0x8000;
  static final int OPCODE_SHIFT = 11;
  static final int OPCODE_MASK = 0xf;

  private static final Reading SILENT = new Reading.Silent();
  private static final int RECORD_HEAD_BYTES = 10;

  private QueryReader() {}

  /** Reads the bytes from 0 to the writer's index. */
  public static Reading read(ByteBuf message) {
    if (message.writerIndex() < HEADER_BYTES) {
      return SILENT;
    }
    int id = message.getUnsignedShort(0);
    int flags = message.getUnsignedShort(2);
    if ((flags & RESPONSE) != 0) {
      return SILENT;
    }
    if ((flags >> OPCODE_SHIFT & OPCODE_MASK) != 0) {
      return new Reading.Wrong(id, flags, Rcode.NOTIMP);
    }
    if (message.getUnsignedShort(4) != 1) {
      return new Reading.Wrong(id, flags, Rcode.FORMERR);
    }
    try {
      return new Reading.Asked(query(message, id, flags));
    } catch (MalformedException e) {
      return new Reading.Wrong(id, flags, Rcode.FORMERR);
    }
  }

  private static Query query(ByteBuf message, int id, int flags) throws MalformedException {
    int behindName = WireNames.skip(message, HEADER_BYTES);
    int behind = behindName + 4;
    if (behind > message.writerIndex()) {
      throw new MalformedException("cut off");
    }
    byte[] wire = new byte[behindName - HEADER_BYTES];
    message.getBytes(HEADER_BYTES, wire);
    byte[] question = new byte[behind - HEADER_BYTES];
    message.getBytes(HEADER_BYTES, question);
    return new Query(
        id,
        flags,
        DomainName.ofWire(wire),
        message.getUnsignedShort(behindName),
        message.getUnsignedShort(behindName + 2),
        question,
        edns(message, behind));
  }

  private static Edns edns(ByteBuf message, int offset) throws MalformedException {
    int data = message.getUnsignedShort(6) + message.getUnsignedShort(8);
    int all = data + message.getUnsignedShort(10);
    Edns found = Edns.NONE;
    int at = offset;
    for (int i = 0; i < all; i++) {
      int head = WireNames.skip(message, at);
      if (head + RECORD_HEAD_BYTES > message.writerIndex()) {
        throw new MalformedException("cut off");
      }
      if (message.getUnsignedShort(head) == RecordType.OPT) {
        if (found.present() || i < data || head != at + 1) {
          throw new MalformedException("a second OPT, or one in a wrong place");
        }
        found = edns(message.getUnsignedShort(head + 2), message.getInt(head + 4));
      }
      at = head + RECORD_HEAD_BYTES + message.getUnsignedShort(head + 8);
      if (at > message.writerIndex()) {
        throw new MalformedException("cut off");
      }
    }
    return found;
  }

  static Edns edns(int recordClass, int ttl) {
    return new Edns(
        true,
        ttl >> 16 & 0xff,
        Math.max(recordClass, Edns.PLAIN_UDP_BYTES),
        (ttl & Edns.DNSSEC_OK) != 0);
  }
}

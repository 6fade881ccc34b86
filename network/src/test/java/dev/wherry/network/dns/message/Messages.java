package dev.wherry.network.dns.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Messages as tests make and read them. */
public final class Messages {
  private static final int RECURSION_DESIRED = 0x0100;

  private Messages() {}

  /** A question without EDNS; letters stay as they are. */
  public static ByteBuf query(int id, String name, int type) {
    ByteBuf out = Unpooled.buffer();
    out.writeShort(id).writeShort(RECURSION_DESIRED).writeShort(1).writeShort(0).writeInt(0);
    for (String label : name.split("\\.")) {
      if (!label.isEmpty()) {
        byte[] bytes = label.getBytes(StandardCharsets.ISO_8859_1);
        out.writeByte(bytes.length).writeBytes(bytes);
      }
    }
    return out.writeByte(0).writeShort(type).writeShort(RecordType.CLASS_IN);
  }

  /** The same with an OPT record. */
  public static ByteBuf withEdns(ByteBuf query, int version, int udpBytes) {
    query.setShort(10, 1);
    query.writeByte(0).writeShort(RecordType.OPT).writeShort(udpBytes);
    return query.writeInt(version << 16).writeShort(0);
  }

  /** The same with other bits in the second word of the header. */
  public static ByteBuf withFlags(ByteBuf query, int flags) {
    return query.setShort(2, flags);
  }

  public static Query read(ByteBuf message) {
    return ((Reading.Asked) QueryReader.read(message)).query();
  }

  /**
   * A response as one text: code and flags, then each section's records, sections apart by {@code
   * |}; without TTLs and OPT.
   */
  public static String describe(ByteBuf message) throws Exception {
    int flags = message.getUnsignedShort(2);
    StringBuilder out = new StringBuilder(Rcode.name(flags & 0xf));
    out.append((flags & 0x0400) != 0 ? " aa" : "").append((flags & 0x0200) != 0 ? " tc" : "");
    int at = WireNames.skip(message, 12) + 4;
    for (int section = 0; section < 3; section++) {
      out.append(" |");
      List<String> records = new ArrayList<>();
      for (int i = message.getUnsignedShort(6 + 2 * section); i > 0; i--) {
        int head = WireNames.skip(message, at);
        int type = message.getUnsignedShort(head);
        int end = head + 10 + message.getUnsignedShort(head + 8);
        if (type != RecordType.OPT) {
          records.add(
              WireNames.read(message, at)
                  + " "
                  + RecordType.name(type)
                  + " "
                  + data(message, type, head + 10, end));
        }
        at = end;
      }
      records.forEach(record -> out.append(' ').append(record).append(';'));
    }
    if (at != message.writerIndex()) {
      throw new MalformedException("bytes behind the last record");
    }
    return out.toString();
  }

  private static String data(ByteBuf message, int type, int at, int end)
      throws MalformedException, UnknownHostException {
    return switch (type) {
      case RecordType.A, RecordType.AAAA ->
          InetAddress.getByAddress(ByteBufUtil.getBytes(message, at, end - at)).getHostAddress();
      case RecordType.CNAME, RecordType.PTR, RecordType.NS ->
          WireNames.read(message, at).toString();
      case RecordType.SRV ->
          message.getUnsignedShort(at)
              + " "
              + message.getUnsignedShort(at + 2)
              + " "
              + message.getUnsignedShort(at + 4)
              + " "
              + WireNames.read(message, at + 6);
      case RecordType.SOA -> WireNames.read(message, at) + " " + message.getInt(end - 4);
      case RecordType.TXT ->
          message.toString(at + 1, message.getUnsignedByte(at), StandardCharsets.US_ASCII);
      default -> ByteBufUtil.hexDump(message, at, end - at);
    };
  }

  /** Whether the response has an OPT record. */
  public static boolean hasEdns(ByteBuf message) throws Exception {
    int at = WireNames.skip(message, 12) + 4;
    int count =
        message.getUnsignedShort(6) + message.getUnsignedShort(8) + message.getUnsignedShort(10);
    boolean found = false;
    for (int i = 0; i < count; i++) {
      int head = WireNames.skip(message, at);
      found |= message.getUnsignedShort(head) == RecordType.OPT;
      at = head + 10 + message.getUnsignedShort(head + 8);
    }
    return found;
  }
}

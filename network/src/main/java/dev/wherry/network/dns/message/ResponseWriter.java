package dev.wherry.network.dns.message;

import dev.wherry.network.dns.message.ResourceRecord.Data;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Writes responses. Names that end as the question's do are compressed against it, which is all
 * that our own answers need. What does not fit is left out at a record's end and said so (TC), save
 * for additional records, which nobody misses.
 */
public final class ResponseWriter {
  private static final int AUTHORITATIVE = 0x0400;
  private static final int TRUNCATED = 0x0200;
  private static final int RECURSION_AVAILABLE = 0x0080;
  private static final int RCODE_MASK = 0xf;
  private static final int POINTER = 0xc000;

  /** What we take ourselves: it passes every network unbroken (DNS flag day 2020). */
  public static final int UDP_BYTES = 1232;

  private final ByteBuf out;
  private final Query query;
  private final int bytesMax;

  private ResponseWriter(ByteBuf out, Query query, int bytesMax) {
    this.out = out;
    this.query = query;
    this.bytesMax = bytesMax;
  }

  /** Writes a refusal of something that is no query; the header is all of it. */
  public static void write(ByteBuf out, Reading.Wrong wrong) {
    int kept = wrong.flags() & (QueryReader.OPCODE_MASK << QueryReader.OPCODE_SHIFT | 0x0100);
    out.writeShort(wrong.id()).writeShort(QueryReader.RESPONSE | kept | wrong.rcode());
    out.writeLong(0);
  }

  /**
   * Writes a response at the start of a buffer.
   *
   * @param bytesMax of the whole message
   */
  public static void write(ByteBuf out, Query query, Response response, int bytesMax) {
    int room = bytesMax - (query.edns().present() ? Edns.RECORD_BYTES : 0);
    new ResponseWriter(out, query, room).write(response);
  }

  private void write(Response response) {
    head(out, query, response.rcode() | (response.authoritative() ? AUTHORITATIVE : 0), false);
    int answers = section(response.answers());
    boolean whole = answers == response.answers().size();
    int authorities = whole ? section(response.authorities()) : 0;
    whole = whole && authorities == response.authorities().size();
    int additionals = whole ? section(response.additionals()) : 0;
    if (!whole) {
      out.setShort(2, out.getShort(2) | TRUNCATED);
    }
    end(out, query, response.rcode(), answers, authorities, additionals);
  }

  /**
   * Writes header, with counts of zero, and question.
   *
   * @param flags the response's own, its code among them
   */
  public static void head(ByteBuf out, Query query, int flags, boolean truncated) {
    int word =
        QueryReader.RESPONSE
            | RECURSION_AVAILABLE
            | query.echoedFlags()
            | (truncated ? TRUNCATED : 0)
            | (flags & (AUTHORITATIVE | RCODE_MASK));
    out.writeShort(query.id()).writeShort(word).writeShort(1).writeShort(0).writeInt(0);
    query.writeQuestion(out);
  }

  /** Fills in the counts and adds the OPT record where the client sent one (RFC 6891, 6.1.1). */
  public static void end(
      ByteBuf out, Query query, int rcode, int answers, int authorities, int additionals) {
    int opt = 0;
    if (query.edns().present()) {
      opt = 1;
      int flags = query.edns().dnssecOk() ? Edns.DNSSEC_OK : 0;
      out.writeByte(0).writeShort(RecordType.OPT).writeShort(UDP_BYTES);
      out.writeInt((rcode >> 4) << 24 | flags).writeShort(0);
    }
    out.setShort(6, answers).setShort(8, authorities).setShort(10, additionals + opt);
  }

  /** Writes records while they fit, and returns how many did. */
  private int section(List<ResourceRecord> records) {
    int count = 0;
    for (ResourceRecord record : records) {
      int before = out.writerIndex();
      record(record);
      if (out.writerIndex() > bytesMax) {
        out.writerIndex(before);
        return count;
      }
      count++;
    }
    return count;
  }

  private void record(ResourceRecord record) {
    name(record.owner());
    out.writeShort(record.type()).writeShort(RecordType.CLASS_IN).writeInt(record.ttlSeconds());
    int length = out.writerIndex();
    out.writeShort(0);
    switch (record.data()) {
      case Data.Raw(var bytes) -> out.writeBytes(bytes.toArray());
      case Data.Target(var target) -> name(target);
      case Data.Location(int priority, int weight, int port, var target) -> {
        out.writeShort(priority).writeShort(weight).writeShort(port);
        target.writeTo(out);
      }
    }
    out.setShort(length, out.writerIndex() - length - 2);
  }

  private void name(DomainName name) {
    int common = name.commonBytes(query.name());
    if (common == 1) {
      name.writeTo(out);
    } else {
      name.writeTo(out, name.length() - common);
      out.writeShort(POINTER | QueryReader.HEADER_BYTES + query.name().length() - common);
    }
  }
}

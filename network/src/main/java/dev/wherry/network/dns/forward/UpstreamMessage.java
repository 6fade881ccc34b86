package dev.wherry.network.dns.forward;

import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Edns;
import dev.wherry.network.dns.message.MalformedException;
import dev.wherry.network.dns.message.Query;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.ResponseWriter;
import dev.wherry.network.dns.message.WireNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Another server's answer: its bytes as they came, with the places of its records. OPT, which
 * concerns two neighbours only, and what follows it is left out.
 */
public final class UpstreamMessage {
  private static final int HEADER_BYTES = 12;
  private static final int RESPONSE = 0x8000;
  private static final int TRUNCATED = 0x0200;
  private static final int AUTHENTIC = 0x0020;
  private static final int RCODE_MASK = 0xf;
  private static final int RECORD_HEAD_BYTES = 10;
  private static final int TTL_OFFSET = 4;
  private static final int RECORDS_MAX = 8192;

  private final byte[] bytes;
  private final int flags;
  private final DomainName name;
  private final int type;
  private final List<Place> records;
  private final int answers;
  private final int authorities;

  /** A record: where it begins, where its type stands, where it ends. */
  private record Place(int start, int head, int end, int type) {}

  private UpstreamMessage(
      byte[] bytes,
      int flags,
      DomainName name,
      int type,
      List<Place> records,
      int answers,
      int authorities) {
    this.bytes = bytes;
    this.flags = flags;
    this.name = name;
    this.type = type;
    this.records = List.copyOf(records);
    this.answers = answers;
    this.authorities = authorities;
  }

  /**
   * Reads an answer.
   *
   * @throws MalformedException when it is none, or cut off without saying so
   */
  public static UpstreamMessage parse(ByteBuf message) throws MalformedException {
    if (message.writerIndex() < HEADER_BYTES || message.getUnsignedShort(4) != 1) {
      throw new MalformedException("no single question");
    }
    int flags = message.getUnsignedShort(2);
    if ((flags & RESPONSE) == 0) {
      throw new MalformedException("no response");
    }
    int behindName = WireNames.skip(message, HEADER_BYTES);
    int behind = behindName + 4;
    if (behind > message.writerIndex()) {
      throw new MalformedException("cut off");
    }
    int answers = message.getUnsignedShort(6);
    int authorities = message.getUnsignedShort(8);
    int all = answers + authorities + message.getUnsignedShort(10);
    List<Place> records = new ArrayList<>();
    int at = behind;
    // What a truncated answer holds is not used.
    int wanted = (flags & TRUNCATED) != 0 ? 0 : all;
    if (wanted > RECORDS_MAX) {
      throw new MalformedException("too many records");
    }
    int extended = 0;
    boolean done = false;
    for (int i = 0; i < wanted && !done; i++) {
      Place place = place(message, at);
      if (place.type() == RecordType.OPT) {
        extended = message.getUnsignedByte(place.head() + TTL_OFFSET);
        done = true;
      } else {
        records.add(place);
        at = place.end();
      }
    }
    if (extended != 0 || records.size() < Math.min(wanted, answers + authorities)) {
      throw new MalformedException("an error or an OPT where none can be");
    }
    return new UpstreamMessage(
        ByteBufUtil.getBytes(message, 0, at),
        flags,
        WireNames.read(message, HEADER_BYTES),
        message.getUnsignedShort(behindName),
        records,
        wanted == 0 ? 0 : answers,
        wanted == 0 ? 0 : authorities);
  }

  private static Place place(ByteBuf message, int start) throws MalformedException {
    int head = WireNames.skip(message, start);
    int data = head + RECORD_HEAD_BYTES;
    if (data > message.writerIndex()) {
      throw new MalformedException("cut off");
    }
    int end = data + message.getUnsignedShort(head + 8);
    if (end > message.writerIndex()) {
      throw new MalformedException("cut off");
    }
    return new Place(start, head, end, message.getUnsignedShort(head));
  }

  /** Whether it answers this question. */
  boolean answers(Question question) {
    return type == question.type() && name.equals(question.name());
  }

  int id() {
    return (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
  }

  public int rcode() {
    return flags & RCODE_MASK;
  }

  /** Whether it says that there is more by TCP; it has no records then. */
  boolean truncated() {
    return (flags & TRUNCATED) != 0;
  }

  int sizeBytes() {
    return bytes.length;
  }

  /** Whether it says that there is no such name, or nothing of the type. */
  public boolean isDenial() {
    return rcode() == Rcode.NXDOMAIN
        || (rcode() == Rcode.NOERROR
            && records.subList(0, answers).stream().noneMatch(r -> r.type() == type));
  }

  /**
   * How long it may be kept; 0 where not at all. An absence is kept as long as its SOA says, and
   * without one not (RFC 2308, 5).
   */
  int lifetimeSeconds() {
    ByteBuf message = Unpooled.wrappedBuffer(bytes);
    long least = Integer.MAX_VALUE;
    for (Place place : records.subList(0, answers)) {
      least = Math.min(least, ttl(message, place));
    }
    if (isDenial()) {
      long absence = 0;
      for (Place place : records.subList(answers, answers + authorities)) {
        if (place.type() == RecordType.SOA && place.end() - place.head() > RECORD_HEAD_BYTES + 4) {
          absence = Math.min(ttl(message, place), positive(message.getInt(place.end() - 4)));
        }
      }
      least = Math.min(least, absence);
    }
    return (int) least;
  }

  private static long ttl(ByteBuf message, Place place) {
    return positive(message.getInt(place.head() + TTL_OFFSET));
  }

  /** A set first bit counts as zero (RFC 2181, 8). */
  private static int positive(int seconds) {
    return Math.max(seconds, 0);
  }

  /**
   * Writes it for a client whose question is the one that was answered: same names, so that all
   * pointers hold.
   *
   * @param bytesMax of the whole message
   */
  public void writeTo(ByteBuf out, Query query, int ageSeconds, int bytesMax) {
    int room = bytesMax - (query.edns().present() ? Edns.RECORD_BYTES : 0);
    int count = records.size();
    while (count > 0 && records.get(count - 1).end() > room) {
      count--;
    }
    boolean truncated = count < answers + authorities;
    ResponseWriter.head(out, query, rcode(), truncated);
    if ((flags & AUTHENTIC) != 0 && query.wantsAuthentic()) {
      out.setShort(2, out.getShort(2) | AUTHENTIC);
    }
    int base = out.writerIndex();
    if (count > 0) {
      out.writeBytes(bytes, base, records.get(count - 1).end() - base);
      for (Place place : records.subList(0, count)) {
        int at = place.head() + TTL_OFFSET;
        out.setInt(at, Math.max(0, positive(out.getInt(at)) - ageSeconds));
      }
    }
    int shownAnswers = Math.min(count, answers);
    int shownAuthorities = Math.min(count - shownAnswers, authorities);
    ResponseWriter.end(
        out,
        query,
        rcode(),
        shownAnswers,
        shownAuthorities,
        count - shownAnswers - shownAuthorities);
  }

  /** The answer's addresses and aliases, for an answer in which they are not all. */
  public List<ResourceRecord> answerRecords(int ageSeconds) {
    ByteBuf message = Unpooled.wrappedBuffer(bytes);
    List<ResourceRecord> out = new ArrayList<>();
    try {
      for (Place place : records.subList(0, answers)) {
        int ttl = (int) Math.max(0, ttl(message, place) - ageSeconds);
        out.add(
            new ResourceRecord(
                WireNames.read(message, place.start()), place.type(), ttl, data(message, place)));
      }
    } catch (MalformedException e) {
      return List.of();
    }
    return out;
  }

  private static ResourceRecord.Data data(ByteBuf message, Place place) throws MalformedException {
    int at = place.head() + RECORD_HEAD_BYTES;
    return switch (place.type()) {
      case RecordType.CNAME, RecordType.NS, RecordType.PTR, RecordType.DNAME ->
          new ResourceRecord.Data.Target(WireNames.read(message, at));
      case RecordType.MX, RecordType.SOA ->
          new ResourceRecord.Data.Raw(Bytes.copyOf(unfolded(message, place)));
      default ->
          new ResourceRecord.Data.Raw(
              Bytes.copyOf(ByteBufUtil.getBytes(message, at, place.end() - at)));
    };
  }

  /** The two other old types that may hold compressed names (RFC 3597, 4). */
  private static byte[] unfolded(ByteBuf message, Place place) throws MalformedException {
    int at = place.head() + RECORD_HEAD_BYTES;
    int names = 2;
    ByteBuf out = Unpooled.buffer();
    if (place.type() == RecordType.MX) {
      out.writeShort(message.getShort(at));
      at += 2;
      names = 1;
    }
    for (int i = 0; i < names; i++) {
      WireNames.read(message, at).writeTo(out);
      at = WireNames.skip(message, at);
    }
    if (at > place.end()) {
      throw new MalformedException("names longer than the record");
    }
    out.writeBytes(message, at, place.end() - at);
    return ByteBufUtil.getBytes(out);
  }
}

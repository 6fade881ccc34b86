package dev.wherry.network.dns.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.MalformedException;
import dev.wherry.network.dns.message.Messages;
import dev.wherry.network.dns.message.Query;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Answers of other servers, which may send anything. */
class UpstreamMessageTest {
  private static final DomainName WWW = DomainName.of("www.example");
  private static final DomainName REAL = DomainName.of("real.example");

  private static Query query() {
    return Messages.read(Messages.withEdns(Messages.query(9, "wWw.example", 1), 0, 1232));
  }

  /** An alias with its address, an authority, an additional record and OPT. */
  private static ByteBuf whole() {
    ResourceRecord address =
        ResourceRecord.address(REAL, 60, Bytes.copyOf(new byte[] {(byte) 192, 0, 2, 1}));
    ResourceRecord alias =
        new ResourceRecord(WWW, RecordType.CNAME, 300, new ResourceRecord.Data.Target(REAL));
    ResourceRecord server =
        new ResourceRecord(
            DomainName.of("example"), RecordType.NS, 90, new ResourceRecord.Data.Target(REAL));
    return FakeUpstream.write(
        query(),
        new Response(
            Rcode.NOERROR, false, List.of(alias, address), List.of(server), List.of(address)));
  }

  @Test
  void writeTo_client_getsItsLettersAndAgedTimes() throws Exception {
    UpstreamMessage message = UpstreamMessage.parse(whole());
    ByteBuf out = Unpooled.buffer();
    message.writeTo(out, Messages.read(Messages.query(77, "www.EXAMPLE", RecordType.A)), 50, 512);

    assertEquals(60, message.lifetimeSeconds());
    assertEquals(
        "NOERROR | www.example. CNAME real.example.; real.example. A 192.0.2.1; |"
            + " example. NS real.example.; | real.example. A 192.0.2.1;",
        Messages.describe(out));
    assertEquals(77, out.getUnsignedShort(0));
    assertEquals(
        List.of(250, 10),
        message.answerRecords(50).stream().map(ResourceRecord::ttlSeconds).toList());
  }

  @Test
  void writeTo_smallClient_getsWholeRecordsOnly() throws Exception {
    ByteBuf out = Unpooled.buffer();
    UpstreamMessage.parse(whole()).writeTo(out, query(), 0, 12 + WWW.length() + 4 + 11 + 30);

    assertEquals("NOERROR tc | www.example. CNAME real.example.; | |", Messages.describe(out));
    assertTrue(Messages.hasEdns(out));
  }

  @Property(tries = 5000)
  void parse_damagedAnswer_isReadOrRefused(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = ByteBufUtil.getBytes(whole());
    for (int i = random.nextInt(8); i >= 0; i--) {
      bytes[2 + random.nextInt(bytes.length - 2)] = (byte) random.nextInt(256);
    }
    ByteBuf damaged = Unpooled.wrappedBuffer(bytes, 0, 12 + random.nextInt(bytes.length - 11));
    try {
      UpstreamMessage message = UpstreamMessage.parse(damaged);
      assertTrue(message.lifetimeSeconds() >= 0);
      assertTrue(message.answerRecords(random.nextInt(100)).size() < 100);
      if (message.answers(new Question(WWW, RecordType.A, RecordType.CLASS_IN, false, false))) {
        ByteBuf out = Unpooled.buffer();
        message.writeTo(out, query(), 1, 512);
        assertTrue(out.writerIndex() <= 512);
      }
    } catch (MalformedException e) {
      assertTrue(e.getMessage().length() > 3);
    }
  }

  @Property(tries = 2000)
  void parse_anyBytes_areReadOrRefused(@ForAll byte[] bytes) {
    try {
      UpstreamMessage.parse(Unpooled.wrappedBuffer(bytes));
    } catch (MalformedException e) {
      assertTrue(e.getMessage().length() > 3);
    }
  }
}

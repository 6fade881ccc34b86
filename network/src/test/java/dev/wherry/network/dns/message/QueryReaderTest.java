package dev.wherry.network.dns.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What clients may send, and what they should not. */
class QueryReaderTest {
  private static final String NAME = "Web.NS.svc.cluster.local";

  private static int refusal(ByteBuf message) {
    return assertInstanceOf(Reading.Wrong.class, QueryReader.read(message)).rcode();
  }

  @Test
  void read_plainQuery_isUnderstood() {
    Query query = Messages.read(Messages.query(7, NAME, RecordType.A));

    assertEquals(7, query.id());
    assertEquals(DomainName.of(NAME), query.name());
    assertEquals(RecordType.A, query.type());
    assertTrue(query.recursionDesired());
    assertEquals(Edns.NONE, query.edns());
    ByteBuf question = Unpooled.buffer();
    query.writeQuestion(question);
    assertEquals("Web", question.toString(1, 3, java.nio.charset.StandardCharsets.US_ASCII));
  }

  @Test
  void read_edns_isUnderstoodAndSmallSizesCountAsPlain() {
    Query large = Messages.read(Messages.withEdns(Messages.query(1, NAME, 1), 0, 4096));
    Query small = Messages.read(Messages.withEdns(Messages.query(1, NAME, 1), 1, 100));

    assertEquals(new Edns(true, 0, 4096, false), large.edns());
    assertEquals(new Edns(true, 1, Edns.PLAIN_UDP_BYTES, false), small.edns());
  }

  @Test
  void read_noQuery_getsNoAnswer() {
    assertInstanceOf(Reading.Silent.class, QueryReader.read(Unpooled.EMPTY_BUFFER));
    assertInstanceOf(Reading.Silent.class, QueryReader.read(Unpooled.wrappedBuffer(new byte[11])));
    ByteBuf response = Messages.withFlags(Messages.query(1, NAME, 1), 0x8180);
    assertInstanceOf(Reading.Silent.class, QueryReader.read(response));
  }

  @Test
  void read_wrongQuery_isRefusedWithItsCode() {
    assertEquals(Rcode.NOTIMP, refusal(Messages.withFlags(Messages.query(1, NAME, 1), 5 << 11)));
    assertEquals(Rcode.FORMERR, refusal(Messages.query(1, NAME, 1).setShort(4, 2)));
    assertEquals(Rcode.FORMERR, refusal(Messages.query(1, NAME, 1).setShort(4, 0)));
    assertEquals(Rcode.FORMERR, refusal(Messages.query(1, NAME, 1).setShort(10, 1)));
    ByteBuf cut = Messages.query(1, NAME, 1);
    assertEquals(Rcode.FORMERR, refusal(cut.writerIndex(cut.writerIndex() - 1)));
    ByteBuf pointer = Messages.query(1, NAME, 1).setShort(12, 0xc00c);
    assertEquals(Rcode.FORMERR, refusal(pointer));
    ByteBuf two = Messages.withEdns(Messages.query(1, NAME, 1), 0, 512);
    two.writeBytes(two.slice(two.writerIndex() - 11, 11).copy()).setShort(10, 2);
    assertEquals(Rcode.FORMERR, refusal(two));
  }

  @Property(tries = 3000)
  void read_anyBytes_areJudged(@ForAll byte[] bytes) {
    judge(Unpooled.wrappedBuffer(bytes));
  }

  @Property(tries = 3000)
  void read_damagedQuery_isJudged(@ForAll("damaged") byte[] bytes) {
    judge(Unpooled.wrappedBuffer(bytes));
  }

  @Provide
  Arbitrary<byte[]> damaged() {
    ByteBuf whole = Messages.withEdns(Messages.query(4711, NAME, RecordType.SRV), 0, 1232);
    byte[] good = new byte[whole.writerIndex()];
    whole.getBytes(0, good);
    Arbitrary<List<Integer>> places =
        Arbitraries.integers().between(0, good.length - 1).list().ofMinSize(1).ofMaxSize(6);
    Arbitrary<Integer> length = Arbitraries.integers().between(12, good.length);
    return Combinators.combine(places, Arbitraries.randoms(), length)
        .as((where, random, keep) -> {
          byte[] bad = java.util.Arrays.copyOf(good, keep);
          where.stream()
              .filter(place -> place < keep)
              .forEach(place -> bad[place] = (byte) random.nextInt(256));
          return bad;
        });
  }

  /** Whatever it is, it is answered with a message that can be read, or not at all. */
  private static void judge(ByteBuf message) {
    ByteBuf out = Unpooled.buffer();
    switch (QueryReader.read(message)) {
      case Reading.Silent _ -> assertEquals(0, out.writerIndex());
      case Reading.Wrong wrong -> {
        ResponseWriter.write(out, wrong);
        assertEquals(12, out.writerIndex());
      }
      case Reading.Asked(var query) -> {
        ResponseWriter.write(out, query, Response.of(Rcode.REFUSED), Edns.PLAIN_UDP_BYTES);
        assertTrue(out.writerIndex() >= 17);
      }
    }
  }
}

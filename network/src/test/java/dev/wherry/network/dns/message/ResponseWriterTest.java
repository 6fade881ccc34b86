package dev.wherry.network.dns.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseWriterTest {
  private static final DomainName WEB = DomainName.of("web.ns.svc.cluster.local");

  private static ResourceRecord address(DomainName owner, int last) {
    return ResourceRecord.address(owner, 5, Bytes.copyOf(new byte[] {10, 0, 1, (byte) last}));
  }

  private static Response addresses(int count) {
    List<ResourceRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(address(WEB, i));
    }
    return new Response(Rcode.NOERROR, true, records, List.of(), List.of());
  }

  private static ByteBuf write(ByteBuf query, Response response, int bytesMax) {
    ByteBuf out = Unpooled.buffer();
    ResponseWriter.write(out, Messages.read(query), response, bytesMax);
    return out;
  }

  @Test
  void write_answer_repeatsIdFlagsAndLetters() throws Exception {
    ByteBuf out =
        write(Messages.query(0xbeef, "wEb.ns.svc.cluster.LOCAL", RecordType.A), addresses(1), 512);

    assertEquals(0xbeef, out.getUnsignedShort(0));
    assertEquals(0x8580, out.getUnsignedShort(2));
    assertEquals("wEb", out.toString(13, 3, StandardCharsets.US_ASCII));
    assertEquals("NOERROR aa | web.ns.svc.cluster.local. A 10.0.1.0; | |", Messages.describe(out));
    assertFalse(Messages.hasEdns(out));
    // Header, question and one record whose owner is a pointer.
    assertEquals(12 + WEB.length() + 4 + 16, out.writerIndex());
  }

  @Test
  void write_edns_isAnsweredWithIt() throws Exception {
    ByteBuf query = Messages.withEdns(Messages.query(1, WEB.toString(), 1), 0, 4096);

    assertTrue(Messages.hasEdns(write(query, addresses(1), 1232)));
  }

  @Test
  void write_tooMuch_endsAtARecordAndSaysSo() throws Exception {
    ByteBuf out = write(Messages.query(1, WEB.toString(), 1), addresses(100), 512);

    assertTrue(out.writerIndex() <= 512);
    assertEquals((512 - 12 - WEB.length() - 4) / 16, out.getUnsignedShort(6));
    assertTrue(Messages.describe(out).startsWith("NOERROR aa tc"));
    assertFalse(
        Messages.describe(write(Messages.query(1, WEB.toString(), 1), addresses(100), 65_535))
            .contains("tc"));
  }

  @Test
  void write_additionalsThatDoNotFit_areLeftOutInSilence() throws Exception {
    Response response =
        new Response(
            Rcode.NOERROR,
            true,
            List.of(
                new ResourceRecord(
                    WEB,
                    RecordType.SRV,
                    5,
                    new ResourceRecord.Data.Location(
                        0, 100, 80, DomainName.of("a.cluster.local")))),
            List.of(),
            addresses(100).answers());
    ByteBuf out = write(Messages.query(1, WEB.toString(), RecordType.SRV), response, 512);

    assertTrue(
        Messages.describe(out)
            .startsWith(
                "NOERROR aa | web.ns.svc.cluster.local. SRV 0 100 80 a.cluster.local.; | |"));
  }

  @Test
  void rotated_addresses_turnAndOthersStay() {
    Response response = addresses(3);

    assertEquals(
        List.of(address(WEB, 2), address(WEB, 0), address(WEB, 1)), response.rotated(1).answers());
    List<ResourceRecord> chain = new ArrayList<>(response.answers());
    chain.addFirst(
        new ResourceRecord(WEB, RecordType.CNAME, 5, new ResourceRecord.Data.Target(WEB)));
    Response alias = new Response(Rcode.NOERROR, true, chain, List.of(), List.of());
    assertEquals(alias, alias.rotated(1));
  }
}

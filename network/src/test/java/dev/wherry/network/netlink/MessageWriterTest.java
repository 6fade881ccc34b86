package dev.wherry.network.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageWriterTest {
  private static final int TYPE = 0xa03;

  @Test
  void write_nestedAttributes_matchesTheKernelsLayout() {
    byte[] bytes =
        new MessageWriter()
            .begin(TYPE, MessageWriter.FLAG_ACK, 7)
            .family(1, 0)
            .text(1, "t")
            .nest(4)
            .u32(1, 3)
            .close()
            .toArray();

    assertEquals(
        "28000000"
            + "030a"
            + "0500"
            + "07000000"
            + "00000000" // length, type, flags, sequence
            + "01000000" // family
            + "0600010074000000" // text with its zero and padding
            + "0c000480"
            + "08000100"
            + "00000003",
        HexFormat.of().formatHex(bytes));
  }

  @Test
  void read_whatWasWritten_givesItBack() {
    byte[] bytes =
        new MessageWriter()
            .begin(TYPE, 0, 9)
            .family(2, 10)
            .u8(1, 200)
            .u16(2, 60_000)
            .u32(3, -1)
            .u64(4, 1L << 40)
            .nest(5)
            .text(6, "이름")
            .put(7, new byte[] {1, 2, 3})
            .close()
            .begin(TYPE + 1, 0, 10)
            .family(2, 10)
            .toArray();

    List<NetlinkMessage> messages = NetlinkMessage.split(ByteBuffer.wrap(bytes));

    assertEquals(2, messages.size());
    assertEquals(10, messages.get(1).sequence());
    Attributes attributes = new Attributes(messages.getFirst().payload(), 4);
    assertEquals(200, attributes.number(1));
    assertEquals(60_000, attributes.number(2));
    assertEquals(0xffffffffL, attributes.number(3));
    assertEquals(1L << 40, attributes.number(4));
    assertEquals("이름", attributes.nested(5).text(6));
    assertArrayEquals(new byte[] {1, 2, 3}, attributes.nested(5).value(7));
    assertTrue(attributes.find(8).isEmpty());
  }

  @Test
  void write_attributeBeyond64KiB_isRefused() {
    MessageWriter out = new MessageWriter().begin(TYPE, 0, 1).nest(1);
    for (int i = 0; i < 9000; i++) {
      out.u32(1, i);
    }
    assertThrows(IllegalStateException.class, out::close);
  }

  @Test
  void write_manyMessages_growsWherever() {
    MessageWriter out = new MessageWriter();
    for (int i = 0; i < 3000; i++) {
      out.begin(TYPE, 0, i).family(1, 0).u8(1, i).put(2, new byte[i % 50]).text(3, "n" + i);
    }
    List<NetlinkMessage> messages = NetlinkMessage.split(ByteBuffer.wrap(out.toArray()));
    assertEquals(3000, messages.size());
    for (int i = 0; i < messages.size(); i++) {
      Attributes attributes = new Attributes(messages.get(i).payload(), 4);
      assertEquals(i & 0xff, attributes.number(1));
      assertEquals(i % 50, attributes.value(2).length);
      assertEquals("n" + i, attributes.text(3));
    }
  }

  @Test
  void split_tornMessage_keepsWhatIsWhole() {
    byte[] whole = new MessageWriter().begin(TYPE, 0, 1).u32(1, 1).toArray();
    byte[] torn = ByteBuffer.allocate(whole.length + 20).put(whole).putInt(99).array();
    assertEquals(1, NetlinkMessage.split(ByteBuffer.wrap(torn)).size());
  }
}

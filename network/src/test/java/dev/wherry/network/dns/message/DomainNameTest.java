package dev.wherry.network.dns.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainNameTest {
  @Test
  void of_withAndWithoutDotAndInAnyCase_isTheSame() {
    DomainName name = DomainName.of("www.Example.COM");

    assertEquals(DomainName.of("WWW.example.com."), name);
    assertEquals(DomainName.of("WWW.example.com.").hashCode(), name.hashCode());
    assertEquals("www.example.com.", name.toString());
    assertEquals(3, name.labelCount());
    assertEquals("example", name.label(1));
    assertEquals(17, name.length());
    assertEquals(DomainName.of("example.com"), name.parent());
    assertEquals(".", DomainName.of(".").toString());
    assertEquals(DomainName.ROOT, DomainName.of("com").parent());
  }

  @Test
  void isWithin_onlyAtLabels() {
    DomainName zone = DomainName.of("cluster.local");

    assertTrue(zone.isWithin(zone));
    assertTrue(DomainName.of("a.cluster.local").isWithin(zone));
    assertTrue(zone.isWithin(DomainName.ROOT));
    assertFalse(DomainName.of("mycluster.local").isWithin(zone));
    assertFalse(DomainName.of("local").isWithin(zone));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a..b",
        ".a",
        "..",
        "a123456789012345678901234567890123456789012345678901234567890123456789"
      })
  void of_noName_isRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> DomainName.of(text));
  }

  @Test
  void of_tooLong_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> DomainName.of("abcdefghi.".repeat(26)));
    assertEquals(251, DomainName.of("abcdefghi.".repeat(25)).length());
  }

  @Test
  void toString_strangeBytes_areEscaped() throws Exception {
    ByteBuf bytes = Unpooled.wrappedBuffer(new byte[] {4, '.', '\\', 7, 'A', 0});

    assertEquals("\\.\\\\\\007a.", WireNames.read(bytes, 0).toString());
  }

  @Test
  void read_pointers_areFollowedBackwardsOnly() throws Exception {
    // 0: local, 7: cluster + pointer to 0, 17: pointer to 7, 19: pointer to itself
    ByteBuf bytes = Unpooled.buffer();
    DomainName.of("local").writeTo(bytes);
    bytes.writeByte(7).writeBytes("cluster".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    bytes.writeShort(0xc000).writeShort(0xc007).writeShort(0xc013);

    assertEquals("cluster.local.", WireNames.read(bytes, 7).toString());
    assertEquals("cluster.local.", WireNames.read(bytes, 17).toString());
    assertEquals(19, WireNames.skip(bytes, 17));
    assertThrows(MalformedException.class, () -> WireNames.read(bytes, 19));
  }
}

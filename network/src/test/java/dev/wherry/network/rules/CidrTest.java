package dev.wherry.network.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CidrTest {
  private static List<String> merged(String... ranges) {
    return Cidr.merged(Stream.of(ranges).map(Cidr::parse).toList()).stream()
        .map(Cidr::toString)
        .toList();
  }

  @Test
  void merged_halvesBecomeOne_othersStay() {
    assertEquals(
        List.of("10.42.0.0/23", "10.42.2.0/24", "10.42.4.0/24"),
        merged("10.42.4.0/24", "10.42.1.0/24", "10.42.0.0/24", "10.42.2.0/24"));
    assertEquals(
        List.of("10.42.0.0/22"),
        merged("10.42.3.0/24", "10.42.1.0/24", "10.42.0.0/24", "10.42.2.0/24"));
  }

  @Test
  void merged_whatLiesInAnother_isLeftOut() {
    assertEquals(
        List.of("10.42.0.0/16", "fd42::/64"),
        merged("10.42.7.0/24", "10.42.0.0/16", "fd42::/64", "10.42.7.9/32"));
    assertEquals(List.of("0.0.0.0/0"), merged("0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8"));
  }

  @Test
  void overlaps_oneWithinTheOther_orNot() {
    assertTrue(Cidr.parse("10.42.0.0/16").overlaps(Cidr.parse("10.42.7.0/24")));
    assertTrue(Cidr.parse("10.42.7.0/24").overlaps(Cidr.parse("10.42.0.0/16")));
    assertFalse(Cidr.parse("10.42.7.0/24").overlaps(Cidr.parse("10.42.8.0/24")));
    assertFalse(Cidr.parse("::/0").overlaps(Cidr.parse("10.42.8.0/24")));
  }
}

package dev.wherry.machinery.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterRangesTest {
  private static AddressRange range(String text) {
    return AddressRange.parse(text);
  }

  @Test
  void defaults_haveTheUsualAddresses() {
    assertEquals("10.42.0.0/16", ClusterRanges.text(ClusterRanges.DEFAULT.pods()));
    assertEquals("10.43.0.1", ClusterRanges.DEFAULT.apiAddress());
    assertEquals("10.43.0.10", ClusterRanges.DEFAULT.dnsAddress());
  }

  @Test
  void hostBeforeAColon_isInBracketsWhereItIsIpv6() {
    assertEquals("[fd00::1]", AddressText.bracketed("fd00::1"));
    assertEquals("10.0.0.1", AddressText.bracketed("10.0.0.1"));
    assertEquals("node-1.example", AddressText.bracketed("node-1.example"));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 172.16.0.0/12",
    "192.168.7.0/24, 192.168.8.0/27",
    "100.64.0.0/10, 10.255.0.0/16",
    "fd00:42::/48, fd00:43::/112",
    "fd00:42:0:ff00::/56, fd00:43::/123"
  })
  void parse_widestAndNarrowest_areTaken(String pods, String services) {
    ClusterRanges ranges = ClusterRanges.parse(pods, services);
    assertTrue(ranges.services().getFirst().contains(ranges.dnsAddress()));
    assertFalse(ranges.pods().getFirst().contains(ranges.apiAddress()));
  }

  @ParameterizedTest
  @CsvSource({
    "10.42.0.0/25, 10.43.0.0/16, --cluster-cidr=10.42.0.0/25 has the wrong size",
    "10.0.0.0/7, 172.16.0.0/16, --cluster-cidr=10.0.0.0/7 has the wrong size",
    "10.42.0.0/16, 172.16.0.0/11, --service-cidr 172.16.0.0/11 has bits behind its prefix",
    "10.42.0.0/16, 172.0.0.0/11, --service-cidr=172.0.0.0/11 has the wrong size",
    "10.42.0.0/16, 10.43.0.0/28, --service-cidr=10.43.0.0/28 has the wrong size",
    "10.42.0.0/16, 10.42.128.0/24, overlap",
    "10.42.1.0/16, 10.43.0.0/16, write 10.42.0.0/16",
    "8.8.0.0/16, 10.43.0.0/16, --cluster-cidr=8.8.0.0/16 is not private",
    "127.0.0.0/16, 10.43.0.0/16, not private",
    "10.42.0.0/16, 224.1.0.0/16, --service-cidr=224.1.0.0/16 is not private",
    "169.254.0.0/16, 10.43.0.0/16, not private",
    "fd00:42::/48, 10.43.0.0/16, not of the same families",
    "10.42.0.0/16, fd00:43::/112, not of the same families",
    "'fd00:42::/48,10.42.0.0/16', 'fd00:43::/112,10.43.0.0/16', begins with IPv6",
    "fd00:42::/65, fd00:43::/112, choose a range from /48 to /64",
    "'10.42.0.0/16,fd00:42::/48', 10.43.0.0/16, such as fd00:42::/48 and fd00:43::/112",
    "'10.42.0.0/16,10.44.0.0/16', 10.43.0.0/16, more than one range of a family",
    "'10.42.0.0/16,fd00:42::/47', 10.43.0.0/16, choose a range from /48 to /64",
    "'10.42.0.0/16,fd00:42::/48', '10.43.0.0/16,fd00:43::/124', choose a range from /64 to /123",
    "'10.42.0.0/16,fd00:42::/48', '10.43.0.0/16,fd00:42::/112', overlap",
    "'10.42.0.0/16,fd00:42::1/48', 10.43.0.0/16, write fd00:42::/48",
    "'10.42.0.0/16,2001:db8::/48', 10.43.0.0/16, choose a part of fd00::/8",
    "'10.42.0.0/16,', 10.43.0.0/16, is no range such as"
  })
  void parse_wrong_namesTheFlagAndTheMend(String pods, String services, String words) {
    String text =
        assertThrows(IllegalArgumentException.class, () -> ClusterRanges.parse(pods, services))
            .getMessage();
    assertTrue(text.contains(words), text);
    assertFalse(text.contains("\n"), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.42/16",
        "10.42.0.999/16",
        "10.42.0.0",
        "10.42.0.0/33",
        "10.42.0.0/",
        "010.42.0.0/16",
        "10.42.0.0/+8",
        "10.42.0.-1/16",
        "fd00::/129",
        "fd00::%eth0/64",
        "[fd00::]/64",
        "::ffff:10.0.0.0/104",
        "fd00:::/64"
      })
  void range_noRange_isRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> range(text));
  }

  @Test
  void range_places_areWithoutFirstAndLast() {
    assertEquals(14, range("10.0.0.16/28").size());
    assertEquals("10.0.0.17", range("10.0.0.16/28").at(0));
    assertEquals("10.0.0.30", range("10.0.0.16/28").at(99));
    assertEquals(0, range("10.0.0.1/32").size());
    assertTrue(range("0.0.0.0/0").contains("255.255.255.255"));
    assertFalse(range("10.0.0.0/8").contains("11.0.0.0"));
    assertFalse(range("10.0.0.0/8").contains("None"));
    assertTrue(range("10.0.0.0/8").overlaps(range("10.9.0.0/16")));
    assertFalse(range("10.9.0.0/16").contains(range("10.0.0.0/8")));
  }

  @Test
  void parse_twoFamilies_haveTheAddressesOfTheFirst() {
    ClusterRanges ranges =
        ClusterRanges.parse("10.42.0.0/16,FD00:42:0::/48", "10.43.0.0/16,fd00:43::/112");
    assertTrue(ranges.isDual());
    assertEquals("10.42.0.0/16,fd00:42::/48", ClusterRanges.text(ranges.pods()));
    assertEquals("10.43.0.10", ranges.dnsAddress());
  }

  @Test
  void range_ofIpv6_hasPartsAndPlaces() {
    AddressRange all = range("fd00:42::/48");
    assertEquals("fd00:42:0:ffff::/64", all.part(64, 65_535).toString());
    assertEquals(7, range("fd00:42:0:7::/64").place(all, 64).intValue());
    assertEquals("fd00:42:0:ffff:ffff:ffff:ffff:ffff/128", all.last().toString());
    assertEquals("fd00:43::a", range("fd00:43::/112").at(10));
    assertEquals(65_534, range("fd00:43::/112").size());
    assertEquals(Integer.MAX_VALUE, range("fd00:43::/64").size());
    assertTrue(all.contains("fd00:42:0:7::1"));
    assertFalse(all.contains("fd00:43::1"));
    assertFalse(range("0.0.0.0/0").overlaps(range("::/0")));
    assertEquals(
        Optional.of(range("fd00:44::/48")),
        ClusterRanges.another(all, part -> !part.overlaps(range("fd00:42::/31"))));
  }

  @Test
  void another_isTheNextFreeOneOfTheSize() {
    AddressRange taken = range("10.42.0.0/15");
    assertEquals(
        Optional.of(range("10.44.0.0/16")),
        ClusterRanges.another(range("10.42.0.0/16"), part -> !part.overlaps(taken)));
    AddressRange ten = range("10.0.0.0/8");
    assertEquals(
        Optional.of(range("172.16.0.0/16")),
        ClusterRanges.another(range("10.43.0.0/16"), part -> !part.overlaps(ten)));
    assertEquals(
        Optional.of(range("10.0.0.0/16")),
        ClusterRanges.another(range("10.255.0.0/16"), part -> true));
    assertEquals(
        List.of(),
        ClusterRanges.another(range("10.0.0.0/8"), ten::equals).stream()
            .filter(part -> !part.equals(ten))
            .toList());
    assertEquals(Optional.empty(), ClusterRanges.another(ten, part -> !part.overlaps(ten)));
  }
}

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
  private static Ipv4Range range(String text) {
    return Ipv4Range.parse(text);
  }

  @Test
  void defaults_haveTheUsualAddresses() {
    assertEquals("10.42.0.0/16", ClusterRanges.DEFAULT.pods().toString());
    assertEquals("10.43.0.1", ClusterRanges.DEFAULT.apiAddress());
    assertEquals("10.43.0.10", ClusterRanges.DEFAULT.dnsAddress());
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 172.16.0.0/12",
    "192.168.7.0/24, 192.168.8.0/27",
    "100.64.0.0/10, 10.255.0.0/16"
  })
  void parse_widestAndNarrowest_areTaken(String pods, String services) {
    ClusterRanges ranges = ClusterRanges.parse(pods, services);
    assertTrue(ranges.services().contains(ranges.dnsAddress()));
    assertFalse(ranges.pods().contains(ranges.apiAddress()));
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
    "fd00::/16, 10.43.0.0/16, --cluster-cidr fd00::/16 is no IPv4 range"
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
        "10.42.0.-1/16"
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
  void another_isTheNextFreeOneOfTheSize() {
    Ipv4Range taken = range("10.42.0.0/15");
    assertEquals(
        Optional.of(range("10.44.0.0/16")),
        ClusterRanges.another(range("10.42.0.0/16"), part -> !part.overlaps(taken)));
    Ipv4Range ten = range("10.0.0.0/8");
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

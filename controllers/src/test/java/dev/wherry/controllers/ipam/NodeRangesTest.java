package dev.wherry.controllers.ipam;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.machinery.address.AddressRange;
import java.util.BitSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeRangesTest {
  private final NodeRanges ranges = new NodeRanges(AddressRange.parse("10.42.0.0/16"), 24);

  @Test
  void range_index_isThePart() {
    assertEquals(256, ranges.count());
    assertEquals("10.42.0.0/24", ranges.range(0));
    assertEquals("10.42.255.0/24", ranges.range(255));
  }

  @Test
  void free_usedOnes_areSkippedAndTheSearchGoesAround() {
    BitSet used = new BitSet();
    ranges.mark("10.42.0.0/24", used);
    ranges.mark("10.42.2.0/23", used);
    ranges.mark("10.50.0.0/24", used);
    ranges.mark("fd00::/64", used);
    assertEquals("{0, 2, 3}", used.toString());
    assertEquals(Optional.of(1), ranges.free(used, 0));
    assertEquals(Optional.of(4), ranges.free(used, 2));
    used.set(4, 256);
    assertEquals(Optional.of(1), ranges.free(used, 200));
    used.set(1);
    assertEquals(Optional.empty(), ranges.free(used, 200));
  }

  @Test
  void range_ofIpv6_isCutIntoNetworks() {
    NodeRanges six = new NodeRanges(AddressRange.parse("fd00:42::/48"), 64);
    assertEquals(65_536, six.count());
    assertEquals("fd00:42:0:a::/64", six.range(10));
    BitSet used = new BitSet();
    six.mark("fd00:42::/63", used);
    six.mark("fd00:42:0:2::9/64", used);
    six.mark("fd00:41::/64", used);
    six.mark("fd00:43::/64", used);
    six.mark("10.42.0.0/24", used);
    six.mark("nothing", used);
    assertEquals("{0, 1, 2}", used.toString());
    assertEquals(1, new NodeRanges(AddressRange.parse("fd00:42::/64"), 64).count());
  }
}

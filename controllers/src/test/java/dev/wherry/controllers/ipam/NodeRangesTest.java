package dev.wherry.controllers.ipam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeRangesTest {
  private final NodeRanges ranges = NodeRanges.of("10.42.0.0/16", 24);

  @Test
  void range_index_isThePart() {
    assertEquals(256, ranges.count());
    assertEquals("10.42.0.0/24", ranges.range(0));
    assertEquals("10.42.255.0/24", ranges.range(255));
    assertEquals("200.1.128.0/17", NodeRanges.of("200.1.0.0/16", 17).range(1));
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
  void of_badRange_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> NodeRanges.of("10.42.0.0/25", 24));
    assertThrows(IllegalArgumentException.class, () -> NodeRanges.of("fd00::/16", 24));
    assertThrows(IllegalArgumentException.class, () -> NodeRanges.of("10.42.0.0", 24));
  }
}

package dev.wherry.model.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodBandwidthTest {
  @Test
  void of_quantities_areBitsPerSecond() {
    assertFalse(PodBandwidth.of(Map.of("other", "1M")).isLimited());
    assertEquals(
        new PodBandwidth(1_000, 1_000_000_000_000_000L),
        PodBandwidth.of(Map.of(PodBandwidth.INGRESS, "1k", PodBandwidth.EGRESS, "1P")));
    assertEquals(
        new PodBandwidth(0, 1L << 20), PodBandwidth.of(Map.of(PodBandwidth.EGRESS, "1Mi")));
  }

  @ParameterizedTest
  @CsvSource({
    "999, unreasonably small (< 1kbit)",
    "-1M, unreasonably small",
    "0, unreasonably small",
    "1001T, unreasonably large (> 1Pbit)",
    "1E, unreasonably large",
    "10 Mbit, quantities must match",
    "'', quantities must match"
  })
  void of_whatIsNone_isRefusedByName(String text, String words) {
    for (String name : new String[] {PodBandwidth.INGRESS, PodBandwidth.EGRESS}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> PodBandwidth.of(Map.of(name, text)))
              .getMessage();
      assertTrue(message.startsWith(name + ": ") && message.contains(words), message);
    }
  }
}

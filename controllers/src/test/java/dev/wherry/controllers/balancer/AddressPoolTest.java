package dev.wherry.controllers.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPoolTest {
  @Test
  void free_rangesOfBothFamilies_givesTheFirstThatIsNotTaken() {
    AddressPool pool = AddressPool.parse(List.of("10.0.0.254-10.0.1.1", "fd00::8/126"));
    Set<String> taken = Set.of("10.0.0.254", "10.0.0.255");
    assertEquals(Optional.of("10.0.1.0"), pool.free("IPv4", taken::contains));
    assertEquals(Optional.of("fd00::8"), pool.free("IPv6", taken::contains));
    assertEquals(Optional.empty(), pool.free("IPv4", _ -> true));
    assertTrue(pool.contains("10.0.1.1"));
    assertTrue(pool.contains("fd00::b"));
    assertFalse(pool.contains("10.0.1.2"));
    assertFalse(pool.contains("fd00::c"));
    assertFalse(pool.contains("web.example"));
    assertEquals(
        Optional.of("0.0.0.1"), AddressPool.parse(List.of("0.0.0.1")).free("IPv4", _ -> false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10.0.0.0/33", "10.0.0.9-10.0.0.1", "10.0.0.1-fd00::1", "x", "10.0.0.1-"})
  void parse_whatIsNoRange_isRefusedByName(String text) {
    String said =
        assertThrows(IllegalArgumentException.class, () -> AddressPool.parse(List.of(text)))
            .getMessage();
    assertTrue(said.contains("'" + text + "'"), said);
  }
}
